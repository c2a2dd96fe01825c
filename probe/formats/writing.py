"""Certificates in the forms that programs load: PEM, DER, PKCS #7, PKCS #12 and JKS trust stores, and folders with hashed names. Sans I/O: bytes out."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha1

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from probe.facts import der as tlvs
from probe.facts.certificate import Certificate, fingerprint, title
from probe.facts.certificate import pem as block
from probe.formats.hashed import subject_hash, tlv

_ROUNDS = 10_000  # what keytool of JDK 17 takes
_SIGNED_DATA, _DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")
_NOT_IN_ALIAS = re.compile(r"[^a-z0-9]+")
_ALIAS = 60
_NAMES = 1000
"""Certificates of one hash that are told apart; OpenSSL counts on without a limit."""


def pem(certificate: Certificate) -> bytes:
    """One certificate as text, with a line above that says what it is. Every program that was tried passes over that line."""
    return f"# {_comment(certificate)}\n{block(certificate)}".encode("ascii")


def bundle(certificates: Iterable[Certificate]) -> bytes:
    """All of them in one text file, each once, as ``-CAfile``, curl's ``--cacert`` and nginx take it."""
    return b"\n".join(pem(one) for one in dict.fromkeys(certificates))


def der(certificate: Certificate) -> bytes:
    """One certificate as Windows and Java take it."""
    return certificate.der


def pkcs7(certificates: Iterable[Certificate]) -> bytes:
    """All of them in a SignedData without signers (RFC 5652 section 5.2), in DER: a .p7b file. The order is that of DER."""
    inside = b"".join(sorted(dict.fromkeys(one.der for one in certificates)))
    signed = tlv(tlvs.INTEGER, b"\1") + tlv(tlvs.SET, b"") + tlv(tlvs.SEQUENCE, _DATA) + tlv(0xA0, inside) + tlv(tlvs.SET, b"")
    return tlv(tlvs.SEQUENCE, _SIGNED_DATA + tlv(0xA0, tlv(tlvs.SEQUENCE, signed)))


def pkcs12_trust_store(certificates: Iterable[Certificate], password: str) -> bytes:
    """A store that ``keytool -list`` shows as trusted entries. Raises ``ValueError`` for no certificate, no password, or what the library cannot read."""
    if not password:
        raise ValueError("a PKCS #12 store without a password is empty to Java")
    entries = []
    for alias, one in aliases(certificates):
        try:
            entries.append(pkcs12.PKCS12Certificate(x509.load_der_x509_certificate(one.der), alias.encode()))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError(f'the certificate "{title(one)}" cannot be read') from None
    algorithm = pkcs12.PBES.PBESv2SHA256AndAES256CBC
    seal = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS).key_cert_algorithm(algorithm).hmac_hash(SHA256())
    return pkcs12.serialize_java_truststore(entries, seal.build(password.encode()))


def jks_trust_store(certificates: Iterable[Certificate], password: str, at: datetime) -> bytes:
    """The same as JKS, for programs of before Java 9; ``at`` is when the entries were made."""
    named = aliases(certificates)
    milliseconds = int(at.timestamp() * 1000)
    body = b"\xfe\xed\xfe\xed" + (2).to_bytes(4) + len(named).to_bytes(4)
    for alias, one in named:
        body += (2).to_bytes(4) + _utf(alias) + milliseconds.to_bytes(8, signed=True) + _utf("X.509") + len(one.der).to_bytes(4) + one.der
    return body + sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + body, usedforsecurity=False).digest()


def folder(certificates: Iterable[Certificate]) -> tuple[tuple[str, bytes], ...]:
    """The files of a folder for ``-CApath`` and ``SSL_CERT_DIR``: (name, content), names as ``openssl rehash`` makes them. Raises ``ValueError``."""
    count: dict[str, int] = {}
    found = []
    for one in dict.fromkeys(certificates):
        name = subject_hash(one)
        number = count[name] = count.get(name, -1) + 1
        if number >= _NAMES:
            raise ValueError(f"more than {_NAMES} certificates have the same subject")
        found.append((f"{name}.{number}", pem(one)))
    return tuple(found)


def aliases(certificates: Iterable[Certificate]) -> tuple[tuple[str, Certificate], ...]:
    """A name for each certificate, of its subject and the day of its issue: in lower case, as key stores compare them, and each once."""
    found: dict[str, Certificate] = {}
    for one in dict.fromkeys(certificates):
        day = f"-{one.read.not_before:%Y-%m-%d}" if one.read.not_before else ""
        stem = (_NOT_IN_ALIAS.sub("-", title(one).lower()).strip("-")[:_ALIAS] or "certificate") + day
        alias, number = stem, 2
        while alias in found:
            alias, number = f"{stem}-{number}", number + 1
        found[alias] = one
    return tuple(found.items())


def _comment(certificate: Certificate) -> str:
    read = certificate.read
    parts: Sequence[str] = (
        read.subject.text if read.subject and read.subject.text else title(certificate),
        f"valid until {read.not_after:%Y-%m-%d}" if read.not_after else "",
        f"SHA-256 {fingerprint(certificate)}",
    )
    text = ", ".join(one for one in parts if one)
    # A line of dashes would begin a block, and what is no ASCII is refused by some.
    return "".join(one if one.isprintable() else " " for one in text.replace("--", "- ")).encode("ascii", "backslashreplace").decode()


def _utf(text: str) -> bytes:
    """As ``DataOutputStream.writeUTF``; only ASCII is written here."""
    data = text.encode("ascii")
    return len(data).to_bytes(2) + data
