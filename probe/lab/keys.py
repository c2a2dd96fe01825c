"""Private keys for the laboratory, made when they are needed."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
SigningKey = PrivateKey | ed448.Ed448PrivateKey | dsa.DSAPrivateKey
"""Every key with which a server can be set up or a certificate signed; those of ``PrivateKey`` are made here."""

KINDS = ("ec-p256", "ec-p384", "ed25519", "rsa-1024", "rsa-2048", "rsa-3072")
"""The kinds of keys that can be asked for."""


def private_key(kind: str, slot: str) -> PrivateKey:
    """Make a key of one of ``KINDS``. RSA keys are made once for each ``slot`` of a process, because they are slow to make; all others are new each time.

    Raises ``ValueError`` for a kind that does not exist.
    """
    match kind:
        case "ec-p256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ec-p384":
            return ec.generate_private_key(ec.SECP384R1())
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "rsa-1024" | "rsa-2048" | "rsa-3072":
            return _rsa(int(kind.removeprefix("rsa-")), slot)
        case _:
            raise ValueError(f"no kind of key is called {kind!r}; there are {', '.join(KINDS)}")


def key_pem(key: SigningKey) -> bytes:
    """Write a key as unencrypted PKCS #8 PEM. For files of mode 0600 only."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def _rsa(bits: int, slot: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
