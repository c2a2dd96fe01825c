"""Signing in the same way as an observed certificate was signed."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from probe.case.signature import hash_name
from probe.facts.certificate import Certificate
from probe.lab.keys import SigningKey

_PSS = "1.2.840.113549.1.1.10"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "MD5": hashes.MD5(),
    "SHA-1": hashes.SHA1(),
    "SHA-224": hashes.SHA224(),
    "SHA-256": hashes.SHA256(),
    "SHA-384": hashes.SHA384(),
    "SHA-512": hashes.SHA512(),
    "SHA3-224": hashes.SHA3_224(),
    "SHA3-256": hashes.SHA3_256(),
    "SHA3-384": hashes.SHA3_384(),
    "SHA3-512": hashes.SHA3_512(),
}
_KINDS = (("1.2.840.113549.1.1.", "RSA"), ("1.3.14.3.2.29", "RSA"), ("2.16.840.1.101.3.4.3.1", "RSA"), ("1.2.840.10045.4.", "EC"))
_OWN = {"1.3.101.112": "Ed25519", "1.3.101.113": "Ed448"}


def signer_kind(certificate: Certificate) -> str:
    """Which kind of key made the certificate's signature: RSA, EC, Ed25519, Ed448, or "" for another or an unknown one."""
    oid = certificate.read.signature_oid or ""
    if oid in _OWN:
        return _OWN[oid]
    return next((kind for start, kind in _KINDS if oid.startswith(start)), "")


def sign(content: bytes, observed: Certificate, key: SigningKey) -> bytes | None:
    """Sign ``content`` with the algorithm and parameters of the observed certificate; ``None`` when this key cannot or the algorithm is not known."""
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return key.sign(content) if signer_kind(observed) in ("Ed25519", "Ed448") else None
    digest = _HASHES.get(hash_name(observed) or "")
    if digest is None:
        return None
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            scheme = _pss(observed) if observed.read.signature_oid == _PSS else padding.PKCS1v15()
            return key.sign(content, scheme, digest) if scheme and signer_kind(observed) == "RSA" else None
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(content, ec.ECDSA(digest)) if signer_kind(observed) == "EC" else None
        return key.sign(content, digest) if isinstance(key, dsa.DSAPrivateKey) else None
    except ValueError:
        return None  # a digest that does not fit into so short a key


def _pss(observed: Certificate) -> padding.PSS | None:
    try:
        found = x509.load_der_x509_certificate(observed.der).signature_algorithm_parameters
    except Exception:  # hostile bytes: whatever the library has against them, the parameters are not known
        return None
    return found if isinstance(found, padding.PSS) else None
