"""Certificates with every fault that a client could be asked about. Each test run makes its own keys."""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.lab import surgery

NOW = datetime.now(UTC).replace(microsecond=0)
PURPOSES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH, "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
PURPOSES |= {"netscape": x509.ObjectIdentifier("2.16.840.1.113730.4.1"), "microsoft": x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.3")}
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
CA_USAGE = ("key_cert_sign", "crl_sign")
UNKNOWN = "1.3.6.1.4.1.55555.1.1"


@noun
class Made:
    """A certificate and its private key."""

    certificate: Certificate
    key: Any
    subject: x509.Name

    @property
    def pkcs8(self) -> bytes:
        """The private key in DER."""
        found: bytes = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return found


@cache
def rsa_key(bits: int, slot: str = "") -> rsa.RSAPrivateKey:
    """Give an RSA key, the same one for the same ``slot``: they are slow to make. Small ones are made by openssl, because the library refuses to."""
    if bits < 1024:
        made = subprocess.run(["openssl", "genrsa", str(bits)], capture_output=True, check=True)
        found = load_pem_private_key(made.stdout, None)
        assert isinstance(found, rsa.RSAPrivateKey)
        return found
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def new_key(kind: str, slot: str = "") -> Any:
    """Make a key: p256, p224, p192, k256, bp256, ed25519, ed448, dsa2048, or rsa and its bits."""
    if kind.startswith("rsa"):
        return rsa_key(int(kind[3:]), slot)
    if kind.startswith("dsa"):
        return dsa.generate_private_key(int(kind[3:]))
    curves: dict[str, ec.EllipticCurve] = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p224": ec.SECP224R1(), "p192": ec.SECP192R1()}
    curves |= {"k256": ec.SECP256K1(), "bp256": ec.BrainpoolP256R1()}
    if kind in curves:
        return ec.generate_private_key(curves[kind])
    return ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ed448.Ed448PrivateKey.generate()


def name(common: str = "", organization: str = "Example GmbH", *more: tuple[str, str]) -> x509.Name:
    """A distinguished name; further attributes as (dotted OID, value)."""
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    parts += [x509.NameAttribute(x509.ObjectIdentifier(oid), value) for oid, value in more]
    return x509.Name([*parts, *([x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else [])])


def general(entry: str) -> x509.GeneralName:
    """Read a name such as ``dns:shop.example``, ``ip:192.0.2.1``, ``ip:10.0.0.0/8``, ``email:a@b.example``, ``uri:https://x.example/``, ``dn:Example GmbH``."""
    kind, _, value = entry.partition(":")
    if kind == "ip":
        return x509.IPAddress(ipaddress.ip_network(value) if "/" in value else ipaddress.ip_address(value))
    if kind == "dn":
        return x509.DirectoryName(name("", value))
    if kind == "email":
        return x509.RFC822Name(value)
    return x509.UniformResourceIdentifier(value) if kind == "uri" else x509.DNSName(value)


def make(
    common: str,
    issuer: Made | None = None,
    *,
    san: Sequence[str] = (),
    starts: timedelta = timedelta(days=-30),
    ends: timedelta = timedelta(days=300),
    key: Any = "p256",
    ca: bool | None = False,
    path_length: int | None = None,
    usage: Sequence[str] | None = None,
    purposes: Sequence[str] = (),
    permitted: Sequence[str] = (),
    excluded: Sequence[str] = (),
    critical: str = "",
    hash: str = "sha256",
    pss: bool = False,
    version: int = 3,
    identifiers: bool = True,
    authority: bytes | int | None = None,
    serial: int | None = None,
    subject: x509.Name | None = None,
    damaged: bool = False,
    signer: Any = None,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> Made:
    """Make one certificate; without ``issuer`` it signs itself. Names are prefixed by their kind (``dns:``, ``ip:``, ...).

    ``identifiers``: with key identifiers; ``authority`` forges the issuer's (bytes: key identifier, a number: serial number beside the issuer's name).
    ``signer`` signs in place of the issuer. ``damaged``: one bit of the signature is flipped.
    """
    own = new_key(key, common) if isinstance(key, str) else key
    signing = signer or (issuer.key if issuer else own)
    whole = name(common) if subject is None else subject
    above = issuer.subject if issuer else whole
    builder = x509.CertificateBuilder().subject_name(whole).issuer_name(above).public_key(own.public_key())
    builder = builder.serial_number(serial or x509.random_serial_number()).not_valid_before(NOW + starts).not_valid_after(NOW + ends)
    for value, important in _extensions(
        own, issuer, above, signing, san, ca, path_length, usage, purposes, permitted, excluded, critical, identifiers, authority
    ):
        builder = builder.add_extension(value, important)
    for value, important in extra:
        builder = builder.add_extension(value, important)
    plain = isinstance(signing, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    weak = hash in ("md5", "sha1")
    digest: Any = None if plain else hashes.SHA3_256() if hash == "sha3-256" else surgery.hash_algorithm("sha256" if weak else hash)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH) if pss else None
    der = builder.sign(signing, digest, rsa_padding=scheme).public_bytes(Encoding.DER)
    if weak or version == 1:
        parts = surgery.children(surgery.children(der)[0])
        if version == 1:
            parts = [b"", *parts[1:7]]
        der = surgery.signed(parts, signing, hash)
    if damaged:
        der = surgery.with_flipped_signature(der)
    return Made(certificate=Certificate(der=der), key=own, subject=whole)


def _extensions(
    own: Any,
    issuer: Made | None,
    above: x509.Name,
    signing: Any,
    san: Sequence[str],
    ca: bool | None,
    path_length: int | None,
    usage: Sequence[str] | None,
    purposes: Sequence[str],
    permitted: Sequence[str],
    excluded: Sequence[str],
    critical: str,
    identifiers: bool,
    authority: bytes | int | None,
) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if ca is not None:
        found.append((x509.BasicConstraints(ca, path_length if ca else None), True))
    if usage:
        found.append((x509.KeyUsage(**{one: one in usage for one in USAGES}), True))
    if purposes:
        found.append((x509.ExtendedKeyUsage([PURPOSES[one] for one in purposes]), False))
    if san:
        found.append((x509.SubjectAlternativeName([general(one) for one in san]), False))
    if permitted or excluded:
        found.append((x509.NameConstraints([general(one) for one in permitted] or None, [general(one) for one in excluded] or None), True))
    if critical:
        found.append((x509.UnrecognizedExtension(x509.ObjectIdentifier(critical), b"\x05\x00"), True))
    if identifiers:
        found.append((x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False))
        if issuer and authority is None:
            found.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False))
    if isinstance(authority, bytes):
        found.append((x509.AuthorityKeyIdentifier(authority, None, None), False))
    elif isinstance(authority, int):
        digest = x509.SubjectKeyIdentifier.from_public_key(signing.public_key()).digest
        found.append((x509.AuthorityKeyIdentifier(digest, [x509.DirectoryName(above)], authority), False))
    return found


def ca(common: str, issuer: Made | None = None, **knobs: Any) -> Made:
    """Make a CA's certificate as a careful CA would, but for the knobs given."""
    return make(common, issuer, **{"ca": True, "usage": CA_USAGE, "ends": timedelta(days=3000), **knobs})


def leaf(issuer: Made | None, host: str = "shop.example", **knobs: Any) -> Made:
    """Make an end-entity certificate for a host as a careful CA would, but for the knobs given."""
    usual = {"san": (f"dns:{host}",), "usage": ("digital_signature",), "purposes": ("server", "client")}
    return make(knobs.pop("common", host), issuer, **{**usual, **knobs})
