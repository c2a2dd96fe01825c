"""Certificates of an own authority (RFC 5280): the authority itself, the proof that its key is at hand, and those of devices. Sans I/O.

Keys are RSA with 2048 bits, signatures SHA-256, as the documents of the systems that take such authorities have it. A key lives in memory only.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from probe.facts.certificate import Certificate

BITS = 2048
LABELS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}
"""The attributes that a subject can have, in the order in which they are written."""
LONGEST = {"C": 2, "ST": 128, "L": 128, "O": 64, "OU": 64, "CN": 64}
"""Characters of each (RFC 5280 appendix A, upper bounds)."""
Issuer = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Subject = tuple[tuple[str, str], ...]


def new_key() -> rsa.RSAPrivateKey:
    """Make a key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def key_pem(key: rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    """Write a key as PKCS #8 PEM (RFC 5958), encrypted when there is a password."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password) if password else NoEncryption())


def authority(subject: Subject, key: rsa.RSAPrivateKey, begin: datetime, days: int) -> Certificate:
    """A certificate with which an authority signs itself. Raises ``ValueError`` for a subject that X.520 does not allow, or dates that cannot be written."""
    name = _name(subject)
    builder = _begun(name, name, key.public_key(), begin, begin + timedelta(days=days))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=True), critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    return _signed(builder, key)


def proof(common_name: str, issuer: x509.Certificate, issuer_key: Issuer, begin: datetime, days: int) -> Certificate:
    """A verification certificate: its CN is the registration code, its key is temporary and thrown away. Raises ``ValueError``."""
    builder = _begun(_name((("CN", common_name),)), issuer.subject, new_key().public_key(), begin, begin + timedelta(days=days))
    return _signed(builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True), issuer_key)


def agent(common_name: str, key: rsa.RSAPrivateKey, issuer: x509.Certificate, issuer_key: Issuer, begin: datetime, end: datetime) -> Certificate:
    """A device's certificate, for TLS clients. Raises ``ValueError``."""
    builder = _begun(_name((("CN", common_name),)), issuer.subject, key.public_key(), begin, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return _signed(builder.add_extension(_above(issuer), critical=False), issuer_key)


def _begun(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, begin: datetime, end: datetime) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).serial_number(x509.random_serial_number())
    return builder.public_key(key).not_valid_before(begin).not_valid_after(end)


def _name(subject: Subject) -> x509.Name:
    return x509.Name([x509.NameAttribute(LABELS[label], value) for label, value in subject])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _above(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The issuer's own key identifier where it has one, as a path search compares them."""
    try:
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value)
    except (x509.ExtensionNotFound, ValueError):
        key = issuer.public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise ValueError("the issuer's key is of another kind") from None
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _signed(builder: x509.CertificateBuilder, key: Issuer) -> Certificate:
    return Certificate(der=builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
