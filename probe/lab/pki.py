"""Authorities and the certificates that they issue, with every fault that a scenario needs."""

import base64
import ipaddress
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.lab import surgery
from probe.lab.keys import PrivateKey, private_key
from probe.lab.traits import Traits

_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
_USAGES_MORE = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
_PURPOSES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH, "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
_PURPOSES["ocsp"] = ExtendedKeyUsageOID.OCSP_SIGNING
_UNKNOWN_VALUE = b"\x05\x00"
_TIMESTAMPS = b"\x04\x35\x00\x33\x00\x31\x00" + b"\x4c" * 32 + b"\x00\x00\x01\x90" + b"\x00" * 4 + b"\x00\x00\x04\x03\x00\x02\x30\x00"


AUTHORITY = Traits(ca=True, starts=-365, ends=3650, key_usage=("key_cert_sign", "crl_sign"))
"""What a certification authority's certificate has: CA:TRUE, keyCertSign, a long life. Alter it with ``dataclasses.replace``."""


@noun
class Issued:
    """A certificate with its private key and, unless it signed itself, the one that issued it."""

    certificate: Certificate
    key: PrivateKey = field(repr=False)
    traits: Traits
    issuer: "Issued | None" = None

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.der

    @property
    def pem(self) -> str:
        """The certificate in PEM form (RFC 7468)."""
        return pem(self.der)

    @property
    def x509(self) -> x509.Certificate:
        """The certificate as ``cryptography`` reads it."""
        return x509.load_der_x509_certificate(self.der)

    def intermediate(self, common_name: str, traits: Traits | None = None) -> "Issued":
        """Issue a certificate for a subordinate authority. ``traits`` are best made from ``AUTHORITY``."""
        return _issue((), replace(traits or AUTHORITY, common_name=common_name), self)

    def issue(self, *names: str, traits: Traits | None = None) -> "Issued":
        """Issue an end-entity certificate for DNS names and IP addresses. Without other wishes the first name is the common name too."""
        return _issue(names, traits or Traits(), self)

    def cross_sign(self, other: "Issued", traits: Traits | None = None) -> "Issued":
        """Issue a second certificate for the name and key of another authority."""
        wish = replace(traits or AUTHORITY, common_name=other.traits.common_name, organization=other.traits.organization, key=other.key)
        return _issue((), wish, self)


def authority(common_name: str = "Lab Root CA", traits: Traits | None = None) -> Issued:
    """Make a root: an authority that signs its own certificate."""
    return _issue((), replace(traits or AUTHORITY, common_name=common_name), None)


def self_signed(*names: str, traits: Traits | None = None) -> Issued:
    """Make an end-entity certificate that signed itself."""
    return _issue(names, traits or Traits(), None)


def pem(der: bytes) -> str:
    """Write any bytes as a CERTIFICATE block of RFC 7468, also those that no library would load."""
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))


def staple(issued: Issued, *, revoked: bool = False) -> bytes:
    """Sign an OCSP response (RFC 6960) about ``issued`` with its issuer's key. ``issued`` must have an issuer."""
    if issued.issuer is None:
        raise ValueError("a certificate that signed itself has no OCSP responder")
    now = datetime.now(UTC)
    status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=issued.x509,
        issuer=issued.issuer.x509,
        algorithm=hashes.SHA256(),
        cert_status=status,
        this_update=now - timedelta(hours=1),
        next_update=now + timedelta(days=1),
        revocation_time=now - timedelta(hours=2) if revoked else None,
        revocation_reason=None,
    )
    response = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issued.issuer.x509).sign(issued.issuer.key, _hash(issued.issuer.key, "sha256"))
    return response.public_bytes(Encoding.DER)


def _issue(names: tuple[str, ...], traits: Traits, issuer: Issued | None) -> Issued:
    key = private_key(traits.key, traits.slot or traits.common_name or "-".join(names)) if isinstance(traits.key, str) else traits.key
    signer = issuer.key if issuer else key
    subject = _name(names, traits)
    now = traits.now or datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.x509.subject if issuer else subject).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now + timedelta(days=-10 if traits.starts is None else traits.starts)).public_key(key.public_key())
    builder = builder.not_valid_after(now + timedelta(days=80 if traits.ends is None else traits.ends))
    for value, critical in _extensions(names, traits, key, issuer):
        builder = builder.add_extension(value, critical)
    der = _signed(builder, traits, signer)
    return Issued(certificate=Certificate(der=der), key=key, traits=traits, issuer=issuer)


def _signed(builder: x509.CertificateBuilder, traits: Traits, signer: PrivateKey) -> bytes:
    weak = traits.hash in ("md5", "sha1")
    scheme = (
        padding.PSS(padding.MGF1(surgery.hash_algorithm(traits.hash)), padding.PSS.DIGEST_LENGTH)
        if traits.pss and isinstance(signer, rsa.RSAPrivateKey)
        else None
    )
    der = builder.sign(signer, _hash(signer, "sha256" if weak else traits.hash), rsa_padding=scheme).public_bytes(Encoding.DER)
    if weak or traits.version == 1 or traits.printable or traits.issuer_printable:
        der = surgery.signed(_altered(surgery.children(surgery.children(der)[0]), traits), signer, traits.hash)
    if traits.damage == "content":
        return surgery.with_other_serial(der)
    return surgery.with_flipped_signature(der) if traits.damage == "signature" else der


def _altered(tbs: list[bytes], traits: Traits) -> list[bytes]:
    if traits.issuer_printable:
        tbs[3] = surgery.retyped(tbs[3], surgery.PRINTABLE_STRING)
    if traits.printable:
        tbs[5] = surgery.retyped(tbs[5], surgery.PRINTABLE_STRING)
    if traits.version == 1:
        # RFC 5280 section 4.1: version 1 is the DEFAULT, which DER leaves out, and has no extensions.
        tbs[0], tbs[7:] = b"", []
    return tbs


def _hash(signer: PrivateKey, name: str) -> hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    found = surgery.hash_algorithm(name)
    if not isinstance(found, hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512):
        raise ValueError(f"{name} is no hash that the library signs with")
    return None if isinstance(signer, ed25519.Ed25519PrivateKey) else found


def _name(names: tuple[str, ...], traits: Traits) -> x509.Name:
    common = traits.common_name if traits.common_name is not None else next(iter(names), "")
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, traits.organization)] if traits.organization else []
    if common:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    return x509.Name(attributes)


def _extensions(names: tuple[str, ...], traits: Traits, key: PrivateKey, issuer: Issued | None) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if traits.ca is not None:
        found.append((x509.BasicConstraints(ca=traits.ca, path_length=traits.path_length), traits.ca_critical))
    usual = "digital_signature key_encipherment" if isinstance(key, rsa.RSAPrivateKey) else "digital_signature"
    if usages := tuple(usual.split()) if traits.key_usage is None else traits.key_usage:
        found.append((x509.KeyUsage(**{one: one in usages for one in (*_USAGES, *_USAGES_MORE)}), True))
    purposes = traits.extended_key_usage if traits.extended_key_usage is not None else () if traits.ca else ("server",)
    if purposes:
        found.append((x509.ExtendedKeyUsage([_PURPOSES[one] for one in purposes]), False))
    if names and traits.san:
        found.append((x509.SubjectAlternativeName([_general(one) for one in names]), False))
    if traits.permitted or traits.excluded:
        found.append((x509.NameConstraints(_subtrees(traits.permitted), _subtrees(traits.excluded)), True))
    if traits.ca_issuers or traits.ocsp:
        methods = [(AuthorityInformationAccessOID.OCSP, url) for url in traits.ocsp]
        methods += [(AuthorityInformationAccessOID.CA_ISSUERS, url) for url in traits.ca_issuers]
        found.append((x509.AuthorityInformationAccess([x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in methods]), False))
    if traits.crl:
        points = [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in traits.crl]
        found.append((x509.CRLDistributionPoints(points), False))
    if traits.timestamps:
        found.append((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), _TIMESTAMPS), False))
    if traits.must_staple:
        found.append((x509.TLSFeature([x509.TLSFeatureType.status_request]), False))
    if traits.critical_oid:
        found.append((x509.UnrecognizedExtension(x509.ObjectIdentifier(traits.critical_oid), _UNKNOWN_VALUE), True))
    return found + [(one, False) for one in _key_identifiers(traits, key, issuer)]


def _key_identifiers(traits: Traits, key: PrivateKey, issuer: Issued | None) -> list[x509.ExtensionType]:
    found: list[x509.ExtensionType] = []
    if traits.subject_key_id:
        found.append(x509.SubjectKeyIdentifier.from_public_key(key.public_key()))
    if traits.authority_key_id:
        found.append(x509.AuthorityKeyIdentifier(traits.authority_key_id, None, None))
    elif traits.authority_key_id is None and issuer is not None and issuer.traits.subject_key_id and issuer.traits.version != 1:
        found.append(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()))
    return found


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _subtrees(entries: tuple[str, ...]) -> list[x509.GeneralName] | None:
    """Read entries such as ``dns:shop.example`` and ``ip:10.0.0.0/8``."""
    found: list[x509.GeneralName] = []
    for entry in entries:
        kind, _, value = entry.partition(":")
        found.append(x509.IPAddress(ipaddress.ip_network(value)) if kind == "ip" else x509.DNSName(value))
    return found or None
