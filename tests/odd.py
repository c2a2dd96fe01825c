"""Certificates that break parsers, made by hand from one good one. Nothing is random, so each has always the same bytes.

The signatures are well formed and never right: what is shown here is reading.
"""

from collections.abc import Callable

SEQUENCE, SET, INTEGER, BOOLEAN, BITS, OCTETS, OID, UTF8, PRINTABLE, UTC, GENERALIZED = 0x30, 0x31, 2, 1, 3, 4, 6, 0x0C, 0x13, 0x17, 0x18
SAN, BASIC, USAGE, PURPOSE, AKI, SKI, POLICIES, SCT, CONSTRAINTS, AIA, CRL = (
    "0603551d11",
    "0603551d13",
    "0603551d0f",
    "0603551d25",
    "0603551d23",
    "0603551d0e",
    "0603551d20",
    "060a2b06010401d679020402",
    "0603551d1e",
    "06082b06010505070101",
    "0603551d1f",
)
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_G = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
_EC_P256 = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element in DER; the tag is the identifier octet."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def attribute(oid: str, value: bytes, tag: int = UTF8) -> bytes:
    """One relative distinguished name of one attribute; ``oid`` is the encoded type in hex."""
    return tlv(SET, tlv(SEQUENCE, bytes.fromhex(oid), tlv(tag, value)))


def common_name(value: bytes, tag: int = UTF8) -> bytes:
    """A name of one CN."""
    return tlv(SEQUENCE, attribute("0603550403", value, tag))


def extension(oid: str, value: bytes, critical: bytes = b"") -> bytes:
    """One extension; ``critical`` is the encoded BOOLEAN, if any."""
    return tlv(SEQUENCE, bytes.fromhex(oid), critical, tlv(OCTETS, value))


def names(*general: bytes) -> bytes:
    """A subjectAltName of these GeneralNames."""
    return extension(SAN, tlv(SEQUENCE, *general))


def dns(value: bytes) -> bytes:
    """A dNSName."""
    return tlv(0x82, value)


def spki(algorithm: bytes, value: bytes) -> bytes:
    """A SubjectPublicKeyInfo."""
    return tlv(SEQUENCE, algorithm, tlv(BITS, b"\0", value))


def rsa(modulus: int, exponent: int) -> bytes:
    """An RSA key of any numbers."""
    numbers = [tlv(INTEGER, one.to_bytes(one.bit_length() // 8 + 1, "big")) for one in (modulus, exponent)]
    return spki(bytes.fromhex("300d06092a864886f70d0101010500"), tlv(SEQUENCE, *numbers))


KEY = spki(_EC_P256, bytes.fromhex(_G))
BEFORE, AFTER = tlv(UTC, b"250101000000Z"), tlv(UTC, b"350101000000Z")
SIGNATURE = tlv(BITS, b"\0" + tlv(SEQUENCE, tlv(INTEGER, b"\1" * 32), tlv(INTEGER, b"\2" * 32)))
V3 = bytes.fromhex("a003020102")
TRUE = b"\1\1\xff"
GOOD_EXTENSIONS = (
    names(dns(b"good.example"), dns(b"www.good.example"), tlv(0x87, bytes([192, 0, 2, 1]))),
    extension(BASIC, tlv(SEQUENCE), TRUE),
    extension(USAGE, bytes.fromhex("03020780"), TRUE),
    extension(PURPOSE, bytes.fromhex("300a06082b06010505070301")),
    extension(AKI, tlv(SEQUENCE, tlv(0x80, b"A" * 20))),
)


def certificate(
    *,
    version: bytes = V3,
    serial: bytes = tlv(INTEGER, b"\x11\x22\x33"),
    inner: bytes = ECDSA_SHA256,
    issuer: bytes = common_name(b"Odd CA"),
    validity: bytes = tlv(SEQUENCE, BEFORE, AFTER),
    subject: bytes = common_name(b"good.example"),
    key: bytes = KEY,
    between: bytes = b"",
    extensions: tuple[bytes, ...] = GOOD_EXTENSIONS,
    outer: bytes = ECDSA_SHA256,
    signature: bytes = SIGNATURE,
    after: bytes = b"",
) -> bytes:
    """A certificate from its encoded fields; each can be replaced by any bytes."""
    listed = tlv(0xA3, tlv(SEQUENCE, *extensions)) if extensions else b""
    signed = tlv(SEQUENCE, version, serial, inner, issuer, validity, subject, key, between, listed)
    return tlv(SEQUENCE, signed, outer, signature, after)


def with_extension(one: bytes) -> bytes:
    """The good certificate with one extension more, in front."""
    return certificate(extensions=(one, *GOOD_EXTENSIONS[1:]))


def valid(before: bytes, after: bytes) -> bytes:
    """The good certificate with other times."""
    return certificate(validity=tlv(SEQUENCE, before, after))


def _indefinite() -> bytes:
    good = certificate()
    return b"\x30\x80" + good[4:] + b"\0\0"


def _needless_length() -> bytes:
    good = certificate()
    return b"\x30\x83\x00" + good[2:4] + good[4:]


def _subtrees(tag: int, value: bytes) -> bytes:
    return extension(CONSTRAINTS, tlv(SEQUENCE, tlv(0xA0, tlv(SEQUENCE, tlv(tag, value)))), TRUE)


_UTF16 = "Zoë GmbH".encode("utf-16-be")
_CASES: dict[str, Callable[[], bytes]] = {
    "serial negative": lambda: certificate(serial=tlv(INTEGER, b"\x80\x01")),
    "serial zero": lambda: certificate(serial=tlv(INTEGER, b"\0")),
    "serial of 25 bytes": lambda: certificate(serial=tlv(INTEGER, b"\x7f" * 25)),
    "serial of 600 bytes": lambda: certificate(serial=tlv(INTEGER, b"\x7f" * 600)),
    "serial with padding": lambda: certificate(serial=tlv(INTEGER, b"\0\0\x05")),
    "serial without content": lambda: certificate(serial=tlv(INTEGER)),
    "version 4": lambda: certificate(version=bytes.fromhex("a003020103")),
    "version 1 written out": lambda: certificate(version=bytes.fromhex("a003020100"), extensions=()),
    "version 1 with extensions": lambda: certificate(version=b""),
    "version as string": lambda: certificate(version=bytes.fromhex("a0030c0132")),
    "issuer empty": lambda: certificate(issuer=tlv(SEQUENCE)),
    "subject empty without names": lambda: certificate(subject=tlv(SEQUENCE), extensions=()),
    "name with an empty part": lambda: certificate(subject=tlv(SEQUENCE, tlv(SET))),
    "country of three letters": lambda: certificate(subject=tlv(SEQUENCE, attribute("0603550406", b"DEU", PRINTABLE))),
    "common name empty": lambda: certificate(subject=common_name(b"")),
    "common name of 300": lambda: certificate(subject=common_name(b"x" * 300)),
    "common name with NUL": lambda: certificate(subject=common_name(b"good.example\0.evil.example")),
    "common name no UTF-8": lambda: certificate(subject=common_name(b"caf\xe9")),
    "common name an integer": lambda: certificate(subject=common_name(b"\x05", INTEGER)),
    "common name T61 with umlaut": lambda: certificate(subject=common_name(b"Zo\xeb", 0x14)),
    "common name BMP": lambda: certificate(subject=common_name(_UTF16, 0x1E)),
    "common name BMP of odd length": lambda: certificate(subject=common_name(_UTF16 + b"\0", 0x1E)),
    "common name universal": lambda: certificate(subject=common_name("Zoë".encode("utf-32-be"), 0x1C)),
    "printable with star": lambda: certificate(subject=common_name(b"*.good.example", PRINTABLE)),
    "printable with at": lambda: certificate(subject=common_name(b"a@good.example", PRINTABLE)),
    "name without set": lambda: certificate(subject=tlv(SEQUENCE, tlv(SEQUENCE, bytes.fromhex("0603550403"), tlv(UTF8, b"x")))),
    "time without seconds": lambda: valid(tlv(UTC, b"2501010000Z"), AFTER),
    "time with offset": lambda: valid(tlv(UTC, b"250101020000+0200"), AFTER),
    "time without zone": lambda: valid(tlv(UTC, b"250101000000"), AFTER),
    "time with fraction": lambda: valid(tlv(GENERALIZED, b"20250101000000.5Z"), AFTER),
    "time of month 13": lambda: valid(tlv(UTC, b"251301000000Z"), AFTER),
    "time garbage": lambda: valid(tlv(UTC, b"not a time :)"), AFTER),
    "time of the year 9999": lambda: valid(BEFORE, tlv(GENERALIZED, b"99991231235959Z")),
    "time beyond 9999": lambda: valid(BEFORE, tlv(GENERALIZED, b"99991231235959-0100")),
    "time of the second 60": lambda: valid(BEFORE, tlv(UTC, b"350101000060Z")),
    "generalized before 2050": lambda: valid(tlv(GENERALIZED, b"20250101000000Z"), AFTER),
    "ends before it begins": lambda: valid(AFTER, BEFORE),
    "one time only": lambda: certificate(validity=tlv(SEQUENCE, BEFORE)),
    "times as integers": lambda: valid(tlv(INTEGER, b"\1"), tlv(INTEGER, b"\2")),
    "algorithms differ": lambda: certificate(inner=bytes.fromhex("300a06082a8648ce3d040303")),
    "algorithm with NULL": lambda: certificate(inner=bytes.fromhex("300c06082a8648ce3d0403020500"), outer=bytes.fromhex("300c06082a8648ce3d0403020500")),
    "algorithm unknown": lambda: certificate(inner=bytes.fromhex("300506032a0304"), outer=bytes.fromhex("300506032a0304")),
    "algorithm empty": lambda: certificate(inner=tlv(SEQUENCE), outer=tlv(SEQUENCE)),
    "key of unknown kind": lambda: certificate(key=spki(bytes.fromhex("300506032a0304"), b"key")),
    "key off the curve": lambda: certificate(key=spki(_EC_P256, bytes.fromhex(_G[:-2] + "f6"))),
    "key on an unknown curve": lambda: certificate(key=spki(bytes.fromhex("300e06072a8648ce3d020106032a0304"), bytes.fromhex(_G))),
    "key without curve": lambda: certificate(key=spki(bytes.fromhex("300906072a8648ce3d0201"), bytes.fromhex(_G))),
    "key RSA of exponent 1": lambda: certificate(key=rsa(2**2047 + 1, 1)),
    "key RSA of modulus 0": lambda: certificate(key=rsa(0, 65537)),
    "key RSA garbage": lambda: certificate(key=spki(bytes.fromhex("300d06092a864886f70d0101010500"), b"garbage")),
    "key garbage": lambda: certificate(key=tlv(SEQUENCE, b"\x02\x01\x05")),
    "names garbage": lambda: with_extension(extension(SAN, b"garbage")),
    "names empty": lambda: with_extension(names()),
    "names twice": lambda: certificate(extensions=(names(dns(b"a.example")), names(dns(b"b.example")), *GOOD_EXTENSIONS[1:])),
    "name with NUL": lambda: with_extension(names(dns(b"good.example\0.evil.example"))),
    "name in UTF-8": lambda: with_extension(names(dns("bücher.example".encode()), dns(b"good.example"))),
    "address of 5 bytes": lambda: with_extension(names(tlv(0x87, b"\1\2\3\4\5"), dns(b"good.example"))),
    "name of a kind that is not": lambda: with_extension(names(tlv(0x8F, b"x"), dns(b"good.example"))),
    "constraints in the name of CA garbage": lambda: with_extension(extension(BASIC, b"\x30\x05")),
    "constraints with FALSE": lambda: certificate(extensions=(extension(BASIC, tlv(SEQUENCE, b"\1\1\0"), TRUE),)),
    "constraints with another truth": lambda: certificate(extensions=(extension(BASIC, tlv(SEQUENCE, b"\1\1\1"), TRUE),)),
    "path length negative": lambda: certificate(extensions=(extension(BASIC, tlv(SEQUENCE, TRUE, tlv(INTEGER, b"\xff")), TRUE),)),
    "key usage as integer": lambda: certificate(extensions=(extension(USAGE, tlv(INTEGER, b"\5")), GOOD_EXTENSIONS[0])),
    "key usage without bits": lambda: certificate(extensions=(extension(USAGE, tlv(BITS, b"\0")), GOOD_EXTENSIONS[0])),
    "purposes empty": lambda: certificate(extensions=(extension(PURPOSE, tlv(SEQUENCE)), GOOD_EXTENSIONS[0])),
    "purpose no identifier": lambda: certificate(extensions=(extension(PURPOSE, tlv(SEQUENCE, tlv(OID, b"\x80"))), GOOD_EXTENSIONS[0])),
    "authority key garbage": lambda: certificate(extensions=(extension(AKI, b"\x30\x84"), *GOOD_EXTENSIONS[:4])),
    "subject key garbage": lambda: with_extension(extension(SKI, b"\x05\x00")),
    "policies garbage": lambda: with_extension(extension(POLICIES, b"\x30\x03\x02\x01\x05")),
    "timestamps garbage": lambda: with_extension(extension(SCT, tlv(OCTETS, b"\x00\x09abc"))),
    "subtree of an address": lambda: with_extension(_subtrees(0x87, b"\1\2\3\4\5")),
    "criticality FALSE": lambda: with_extension(extension("06032a0304", b"\5\0", b"\1\1\0")),
    "criticality a number": lambda: with_extension(extension("06032a0304", b"\5\0", b"\2\1\1")),
    "extension unknown and critical": lambda: with_extension(extension("06032a0304", b"\5\0", TRUE)),
    "extension value no octets": lambda: with_extension(tlv(SEQUENCE, bytes.fromhex("06032a0304"), b"\5\0")),
    "extension in pieces": lambda: with_extension(tlv(SEQUENCE, bytes.fromhex(SKI), tlv(0x24, tlv(OCTETS, b"\x04\x02"), tlv(OCTETS, b"ab")))),
    "extensions not a list": lambda: certificate(between=tlv(0xA3, tlv(INTEGER, b"\1")), extensions=()),
    "a field that does not belong there": lambda: certificate(between=tlv(0xA4, tlv(INTEGER, b"\1"))),
    "unique identifiers": lambda: certificate(between=tlv(0x81, b"\0ab") + tlv(0x82, b"\0cd")),
    "signature no bits": lambda: certificate(signature=tlv(OCTETS, b"x")),
    "bytes after it": lambda: certificate() + b"\0\0\0",
    "a fourth part": lambda: certificate(after=tlv(INTEGER, b"\1")),
    "indefinite length": _indefinite,
    "needless length": _needless_length,
    "cut off": lambda: certificate()[:200],
    "cut off in the head": lambda: certificate()[:3],
    "garbage": lambda: bytes(range(256)),
    "empty": lambda: b"",
    "a web page": lambda: b"<!DOCTYPE html><html><body>404</body></html>",
    "nested too deeply": lambda: b"\x30\x80" * 5000,
    "no fields": lambda: tlv(SEQUENCE, tlv(SEQUENCE), tlv(SEQUENCE), tlv(BITS, b"\0")),
}


def odd_certificates() -> list[tuple[str, bytes]]:
    """All of them: what is odd, and the bytes."""
    return [(name, make()) for name, make in _CASES.items()]
