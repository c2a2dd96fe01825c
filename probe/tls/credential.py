"""What a client proves its identity with: the certificates to send and the private key. It is in memory only and never printed."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey | dsa.DSAPrivateKey
"""The kinds of key that OpenSSL's TLS takes for a certificate, as far as the binding hands them over."""


def belongs(key: SigningKey, certificate: x509.Certificate) -> bool:
    """Whether the certificate is about this key. Raises ``UnsupportedAlgorithm`` or ``ValueError`` for a public key that cannot be read."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # 4 ms of loading that only a check with a key needs

    encoded = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*encoded) == certificate.public_key().public_bytes(*encoded)


class Credential:
    """Certificates, the client's own first, and the key that belongs to it. Nothing of the key is in its ``repr``, and it cannot be pickled."""

    __slots__ = ("_chain", "_key")

    def __init__(self, chain: tuple[x509.Certificate, ...], key: SigningKey) -> None:
        if not chain:
            raise ValueError("a credential has at least one certificate")
        if not belongs(key, chain[0]):
            raise ValueError("the key does not belong to the certificate")
        self._chain = chain
        self._key = key

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates in the order in which they are sent."""
        return self._chain

    @property
    def key(self) -> SigningKey:
        """The private key, for the TLS engine alone."""
        return self._key

    def __repr__(self) -> str:
        return f"Credential({len(self._chain)} certificates, key hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a credential stays in memory")
