"""What a file is that holds no certificate, in words. Sans I/O."""

import re
from codecs import getincrementaldecoder

from probe.facts import der

_SQLITE = b"SQLite format 3\0"
_PKCS12 = re.compile(rb"\x30[\x81-\x84].{1,4}\x02\x01\x03\x30[\x81-\x84].{1,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", re.DOTALL)
_BEGINNINGS = (
    (b"\xfe\xed\xfe\xed", "a JKS key store"),
    (b"\xce\xce\xce\xce", "a JCEKS key store"),
    (_SQLITE, "an SQLite database"),
    (b"\0\0\0\1\0\0\0\x14", "a BKS key store"),
    (b"\0\0\0\2\0\0\0\x14", "a BKS key store"),
    (b"\0\x06\x15\x61", "an old NSS database (cert8.db)"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF-", "a PDF document"),
    (b"\0\0\0\0CERT", "a serialized store of Windows"),
    (b"PuTTY-User-Key-File", "a PuTTY key"),
    (b"ssh-", "an OpenSSH public key"),
    (b"ecdsa-sha2-", "an OpenSSH public key"),
    (b"---- BEGIN SSH2", "an OpenSSH key"),
    (b"LS0tLS1CRUdJTi", "PEM text that is in base64 once more"),  # "-----BEGIN", as in a secret of Kubernetes
)
_PKCS12_BASE64 = re.compile(rb"MI[A-Za-z0-9+/]{4}IBAz")
"""SEQUENCE with a length of two bytes, INTEGER 3, SEQUENCE: the beginning of a PKCS12 file (RFC 7292 section 4)."""
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|title)\b", re.IGNORECASE)
_PKCS7_DATA, _PKCS7_SIGNED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"


def looks_like(data: bytes) -> str:
    """What ``data`` seems to be: "an HTML page", "a private key", "a PKCS12 file", "empty", "text", "binary", ... Never raises."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and not data.removeprefix(b"\xef\xbb\xbf").strip():
        return "empty"
    if data.startswith(_SQLITE) and b"nssPublic" in data[: 1024 * 1024]:  # the schema stands near the beginning
        return "an NSS database"
    if data.startswith(_SQLITE) and b"nssPrivate" in data[: 1024 * 1024]:
        return "the keys of NSS (key4.db)"
    for beginning, what in _BEGINNINGS:
        if data.startswith(beginning) or start.startswith(beginning):
            return what
    if _HTML.match(start) or (start.startswith(b"<") and _HTML.search(start)):
        return "an HTML page"
    if start.startswith(b"<"):
        return "an XML document"
    if data[:1] == b"\x30" and (found := _structure(data)):
        return found
    if _PKCS12.match(data):
        return "a PKCS12 file"  # cut off
    if _PKCS12_BASE64.match(start):
        return "a PKCS12 file in base64"
    if _is_text(data[:4096]) and b"-----END " in data and b"-----BEGIN " not in data:
        return "PEM text without its BEGIN line"
    return "text" if _is_text(data[:4096]) else "binary"


def _structure(data: bytes) -> str:
    """By the shape of the outermost elements."""
    try:
        outer = der.whole(data)
        fields = der.children(data, outer)
    except ValueError:
        return ""
    shape = [one.tag for one in fields[:3]]
    first = der.content(data, fields[0]) if fields else b""
    if shape[:2] == [der.INTEGER, der.SEQUENCE] and first == b"\x03" and _oid_inside(data, fields[1]) in (_PKCS7_DATA, _PKCS7_SIGNED):
        return "a PKCS12 file"
    if shape == [der.INTEGER, der.SEQUENCE, der.OCTET_STRING] or shape[:2] == [der.INTEGER, der.OCTET_STRING]:
        return "a private key"
    if shape == [der.INTEGER, der.INTEGER, der.INTEGER] and len(fields) >= 6:
        return "a private key"
    if shape == [der.SEQUENCE, der.OCTET_STRING]:
        return "a private key"
    if shape == [der.SEQUENCE, der.SEQUENCE] and _shape(data, fields[1]) == [der.SEQUENCE, der.SEQUENCE, der.OCTET_STRING]:
        return "a BCFKS key store"
    if shape == [der.SEQUENCE, der.BIT_STRING]:
        return "a public key"
    if shape == [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
        return _signed(data, fields[0])
    return "a PKCS7 file" if _oid_at(data, fields) == _PKCS7_SIGNED else ""


def _shape(data: bytes, one: der.Item) -> list[int]:
    try:
        return [part.tag for part in der.children(data, one)]
    except ValueError:
        return []


def _signed(data: bytes, part: der.Item) -> str:
    """Certificate, request or revocation list, by the fields of the signed part."""
    try:
        shape = [one.tag for one in der.children(data, part)]
    except ValueError:
        return ""
    if shape[:3] == [der.INTEGER, der.SEQUENCE, der.SEQUENCE] and shape[3:4] in ([0xA0], []):
        return "a certificate request"
    times = (der.UTC_TIME, der.GENERALIZED_TIME)
    if any(one in times for one in shape[2:4]):
        return "a revocation list"
    return ""


def _oid_inside(data: bytes, one: der.Item) -> str:
    try:
        return _oid_at(data, der.children(data, one))
    except ValueError:
        return ""


def _oid_at(data: bytes, fields: list[der.Item]) -> str:
    try:
        return der.oid(der.content(data, fields[0])) if fields and fields[0].tag == der.OBJECT_IDENTIFIER else ""
    except ValueError:
        return ""


def _is_text(data: bytes) -> bool:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    odd = sum(1 for octet in data if octet < 0x20 and octet not in b"\t\n\v\f\r\x1b")
    high = sum(1 for octet in data if octet >= 0x80)
    try:
        getincrementaldecoder("utf-8")().decode(data)  # a character that the sample cuts in two is no fault
    except UnicodeDecodeError:
        return not odd and high * 4 < len(data)
    return not odd
