"""A certificate exactly as it came, and everything that can be read from it.

Reading never raises: what cannot be read is ``None`` or empty, and ``Reading.faults`` says what was wrong.
"""

import hashlib
import threading
import warnings
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from probe.facts import der as tlv
from probe.facts.distinguished import name
from probe.facts.extensions import Values, read_all
from probe.facts.keys import public_key
from probe.facts.noun import noun
from probe.facts.oids import EXTENSIONS, SIGNATURES
from probe.facts.reading import Extension, Key, Name, Reading, Subtrees

__all__ = ["Certificate", "Extension", "Key", "Name", "Reading", "Subtrees", "fingerprint", "is_self_issued", "pem", "reading", "title"]

MAX_SIZE = 256 * 1024
"""Bytes of a certificate that are read; no TLS client takes a Certificate message of that size."""
MAX_SERIAL = 512
"""Bytes of a serial number that are read, so that its decimal form stays within Python's limit."""

Given = ParamSpec("Given")
T = TypeVar("T")
_filters = threading.Lock()


@noun
class Certificate:
    """The bytes of one certificate, as presented or as stored."""

    der: bytes

    @property
    def read(self) -> Reading:
        """Everything that can be read from the bytes; cached by content."""
        return reading(self.der)


@lru_cache(maxsize=8192)
def reading(der: bytes) -> Reading:
    """Read ``der``; never raises. Strict reading decides ``read_by``, the fields come from the own reader, one by one."""
    if not der:
        return Reading(read_by="hex", faults=("empty",))
    if len(der) > MAX_SIZE:
        return Reading(read_by="hex", faults=(f"too large to be read: {len(der)} bytes",))
    values: Values = {}
    faults: list[str] = []
    try:
        _take_apart(der, values, faults)
    except (ValueError, RecursionError) as problem:
        return Reading(read_by="hex", faults=(f"not a certificate: {problem}",))
    refused = _strictly(der)
    if refused is None:
        return Reading(read_by="cryptography", faults=tuple(dict.fromkeys(faults)), **values)
    faults += tlv.deviations(der)
    for one in values.get("extensions", ()):
        faults += [f"{EXTENSIONS.get(one.oid, one.oid)}: {fault}" for fault in tlv.deviations(one.value)]
    if not faults:
        faults.append(f"{refused}: a strict reader refuses it")
    return Reading(read_by="lenient", faults=tuple(dict.fromkeys(faults)), **values)


def _take_apart(data: bytes, values: Values, faults: list[str]) -> None:
    """Read the outer structure (RFC 5280 section 4.1) and each field by itself. Raises ``ValueError`` only if there is no such structure."""
    outer = tlv.expect(tlv.whole(data), tlv.SEQUENCE, "the certificate")
    if outer.end != len(data):
        faults.append(f"{len(data) - outer.end} bytes after the certificate")
    parts = tlv.children(data, outer)
    if len(parts) < 3:
        raise ValueError("it has not the three parts of a certificate")
    fields = tlv.children(data, tlv.expect(parts[0], tlv.SEQUENCE, "the signed part"))
    values["tbs"] = tlv.encoded(data, parts[0])
    values["version"] = 1
    if fields and fields[0].tag == 0xA0:
        values["version"] = _attempt("version", faults, _version, data, fields.pop(0), faults)
    if len(fields) < 6:
        raise ValueError("the signed part has too few fields")
    serial, inner, issuer, validity, subject, key = fields[:6]
    if subject.tag != tlv.SEQUENCE or key.tag != tlv.SEQUENCE or issuer.tag != tlv.SEQUENCE:
        raise ValueError("the signed part has other fields than a certificate")
    values.update(
        serial=_attempt("serial number", faults, _serial, data, serial, faults),
        signature=_attempt("signature", faults, tlv.bits, data, parts[2]) or b"",
        issuer=_attempt("issuer", faults, _name, "issuer", data, issuer, faults),
        subject=_attempt("subject", faults, _name, "subject", data, subject, faults),
        key=_attempt("public key", faults, _key, tlv.encoded(data, key), faults),
    )
    values["signature_oid"], values["signature_parameters"] = _attempt("signature algorithm", faults, _algorithm, data, parts[1]) or (None, b"")
    if len(parts) > 3:
        faults.append("more than the three parts of a certificate")
    values["inner_signature_oid"], _ = _attempt("inner signature algorithm", faults, _algorithm, data, inner) or (None, b"")
    _attempt("validity", faults, _validity, data, validity, values, faults)
    for one in fields[6:]:
        if one.tag == 0xA3:
            _attempt("extensions", faults, _extensions, data, one, values, faults)
        elif one.tag & ~0x20 not in (0x81, 0x82):
            faults.append(f"signed part: a field with the identifier {one.tag:#04x} that does not belong there")
    _compare(data, parts[1], inner, values, faults)


def _attempt(what: str, faults: list[str], read: Callable[Given, T], *given: Given.args, **named: Given.kwargs) -> T | None:
    """What ``read`` gives, or ``None`` and its objection among the faults."""
    try:
        return read(*given, **named)
    except ValueError as problem:
        faults.append(f"{what}: {problem}")
        return None


def _version(data: bytes, one: tlv.Item, faults: list[str]) -> int:
    inner = tlv.children(data, one)
    if len(inner) != 1:
        raise ValueError("not one number")
    value = tlv.integer(tlv.content(data, tlv.expect(inner[0], tlv.INTEGER, "the number"))) + 1
    if not 1 <= value <= 3:
        faults.append(f"version: {value if abs(value) < 1 << 64 else 'a number that cannot be'} does not exist")
    elif value == 1:
        faults.append("version: the default 1 is written out")
    return value


def _serial(data: bytes, one: tlv.Item, faults: list[str]) -> int:
    raw = tlv.content(data, tlv.expect(one, tlv.INTEGER, "the number"))
    if len(raw) > MAX_SERIAL:
        raise ValueError(f"{len(raw)} bytes, at most 20 are allowed")
    value = tlv.integer(raw)
    if value <= 0:
        faults.append(f"serial number: {'negative' if value else 'zero'}, it must be positive")
    if len(raw) > 20 + (raw[0] == 0):
        faults.append(f"serial number: {len(raw)} bytes, at most 20 are allowed")
    return value


def _algorithm(data: bytes, one: tlv.Item) -> tuple[str, bytes]:
    """Dotted OID and parameters of an AlgorithmIdentifier."""
    fields = tlv.children(data, tlv.expect(one, tlv.SEQUENCE, "the algorithm"))
    if not fields:
        raise ValueError("empty")
    dotted = tlv.oid(tlv.content(data, tlv.expect(fields[0], tlv.OBJECT_IDENTIFIER, "the algorithm's identifier")))
    return dotted, tlv.encoded(data, fields[1]) if len(fields) > 1 else b""


def _name(what: str, data: bytes, one: tlv.Item, faults: list[str]) -> Name:
    made, found = name(tlv.encoded(data, one))
    faults += [f"{what}: {fault}" for fault in found]
    return made


def _validity(data: bytes, one: tlv.Item, values: Values, faults: list[str]) -> None:
    times = tlv.children(data, tlv.expect(one, tlv.SEQUENCE, "the period"))
    if len(times) != 2:
        raise ValueError("not a pair of times")
    for label, field, time in zip(("notBefore", "notAfter"), ("not_before", "not_after"), times, strict=True):
        try:
            values[field], odd = tlv.time(time.tag, tlv.content(data, time))
        except ValueError as problem:
            odd = str(problem)
        if odd:
            faults.append(f"{label}: {odd}")


def _key(spki: bytes, faults: list[str]) -> Key:
    made, found = public_key(spki)
    faults += [f"public key: {fault}" for fault in found]
    return made


def _extensions(data: bytes, one: tlv.Item, values: Values, faults: list[str]) -> None:
    lists = tlv.children(data, one)
    if len(lists) != 1:
        raise ValueError("not one list")
    found: list[Extension] = []
    try:
        for entry in tlv.children(data, tlv.expect(lists[0], tlv.SEQUENCE, "the list")):
            one_read = _attempt("extensions", faults, _extension, data, entry, faults)
            found += [one_read] if one_read else []
    finally:
        values["extensions"] = tuple(found)
        read_all(tuple(found), values, faults)


def _extension(data: bytes, entry: tlv.Item, faults: list[str]) -> Extension:
    fields = tlv.children(data, tlv.expect(entry, tlv.SEQUENCE, "an extension"))
    if not 2 <= len(fields) <= 3:
        raise ValueError("an extension has not two or three fields")
    dotted = tlv.oid(tlv.content(data, tlv.expect(fields[0], tlv.OBJECT_IDENTIFIER, "an extension's identifier")))
    critical = False
    if len(fields) == 3:
        truth = tlv.content(data, tlv.expect(fields[1], tlv.BOOLEAN, f"the criticality of {dotted}"))
        critical = truth not in (b"", b"\0")
        if not critical:
            faults.append(f"extensions: the default FALSE is written out for {dotted}")
    if fields[-1].tag & ~0x20 != tlv.OCTET_STRING:
        raise ValueError(f"the value of {dotted} is not an octet string")
    return Extension(oid=dotted, critical=critical, value=tlv.octets(data, fields[-1]))


def _compare(data: bytes, outer: tlv.Item, inner: tlv.Item, values: Values, faults: list[str]) -> None:
    """Faults that show only when fields are held against each other."""
    if tlv.encoded(data, outer) != tlv.encoded(data, inner):
        faults.append("signature algorithm: the one inside the signed part differs from the one outside")
    algorithm = values["signature_oid"]
    if algorithm is not None and algorithm not in SIGNATURES:
        faults.append(f"signature algorithm: of a kind that is not known here ({algorithm})")
    if values["signature_parameters"] and algorithm is not None and not SIGNATURES.get(algorithm, "RSA").startswith("RSA"):
        faults.append("signature algorithm: parameters where none belong")
    before, after = values.get("not_before"), values.get("not_after")
    if before and after and after < before:
        faults.append("validity: it ends before it begins")
    issuer, subject = values.get("issuer"), values.get("subject")
    if issuer is not None and not issuer.attributes:
        faults.append("issuer: empty")
    if subject is not None and not subject.attributes and not values.get("has_san"):
        faults.append("subject: empty, and there is no subjectAltName")
    if values.get("extensions") and values.get("version") in (1, 2):
        faults.append(f"extensions: not allowed in version {values['version']}")


def _strictly(data: bytes) -> str | None:
    """Which part a strict reader refuses, ``None`` if it takes all. Nothing of what it says is kept."""
    from cryptography import x509  # it takes longer to import than to read all certificates of a check

    step = "encoding"
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            loaded: Any = x509.load_der_x509_certificate(data)
            for part, read in _STEPS:
                step = part
                read(loaded)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException:  # a panic of the library's Rust part is no Exception
            return step
    return None


_STEPS: tuple[tuple[str, Callable[[Any], object]], ...] = (
    ("version", lambda one: one.version),
    ("validity", lambda one: (one.not_valid_before_utc, one.not_valid_after_utc)),
    ("issuer", lambda one: one.issuer),
    ("subject", lambda one: one.subject),
    ("extensions", lambda one: one.extensions),
    ("public key", lambda one: one.public_key()),
    ("signature algorithm", lambda one: one.signature_hash_algorithm),
)


def key_of(data: bytes) -> Any:
    """The public key in the form in which ``cryptography`` verifies with it, ``None`` if it refuses this certificate or its key. Never raises."""
    from cryptography import x509  # as above

    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return x509.load_der_x509_certificate(data).public_key()
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException:  # as above
            return None


def fingerprint(certificate: Certificate, algorithm: str = "sha256") -> str:
    """The digest of the whole certificate, upper case with colons. ``algorithm`` is sha256, sha1 or md5."""
    digest = hashlib.new(algorithm, certificate.der, usedforsecurity=False).hexdigest().upper()
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def pem(certificate: Certificate) -> str:
    """The textual encoding (RFC 7468), ending in a newline."""
    body = b64encode(certificate.der).decode()
    lines = [body[place : place + 64] for place in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def title(certificate: Certificate) -> str:
    """A short name for people: CN, else OU or O, else the first alternative name, else the serial number. Raw: may hold any character."""
    read = certificate.read
    attributes = read.subject.attributes if read.subject else ()
    for wanted in ("CN", "OU", "O"):
        for label, value in attributes:
            if label == wanted and value.strip():
                return value
    for value in (*read.dns_names, *read.ip_addresses):
        if value.strip():
            return value
    if read.serial is not None:
        return f"serial number {read.serial:x}"
    return f"unreadable certificate {hashlib.sha256(certificate.der).hexdigest()[:16]}"


def is_self_issued(certificate: Certificate) -> bool:
    """Whether subject and issuer are the same name (RFC 5280 section 3.2); says nothing of who signed."""
    read = certificate.read
    return read.subject is not None and read.issuer is not None and read.subject.key == read.issuer.key
