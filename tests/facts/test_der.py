"""The TLV reader: what it takes, what it refuses, and that its limits hold."""

from datetime import UTC, datetime

import pytest

from probe.facts import der
from tests.odd import tlv


def test_lengths_of_every_form() -> None:
    for body in (b"", b"a", b"a" * 127, b"a" * 128, b"a" * 300, b"a" * 70_000):
        one = der.whole(tlv(4, body) + b"rest")
        assert (one.tag, one.stop - one.start) == (4, len(body))
    assert der.content(b"\x04\x83\x00\x00\x01a", der.whole(b"\x04\x83\x00\x00\x01a")) == b"a"


def test_an_indefinite_length_ends_at_its_mark() -> None:
    data = b"\x30\x80\x30\x80\x02\x01\x05\x00\x00\x04\x01a\x00\x00rest"
    outer = der.whole(data)
    assert data[outer.end :] == b"rest"
    inner = der.children(data, outer)
    assert [one.tag for one in inner] == [0x30, 4]
    assert [one.tag for one in der.children(data, inner[0])] == [2]


def test_long_tags_are_numbers_of_their_own() -> None:
    one = der.whole(b"\x5f\x87\x68\x01a")
    assert one.tag == 0x100 + (7 << 7 | 0x68)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x05a",
        b"\x30\x82\x01",
        b"\x30\x89" + bytes(20),
        b"\x04\x80a\0\0",
        b"\x30\x80\x02\x01\x05",
        b"\x1f\xff\xff\xff\xff\x01\x00",
        b"\x1f",
        b"\x30\xff" + bytes(200),
        b"\x30\x80" * 100,
    ],
)
def test_what_cannot_be_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^[a-z]"):
        der.whole(data)


def test_there_is_a_limit_to_elements_and_depth() -> None:
    many = tlv(0x30, b"\5\0" * (der.MAX_CHILDREN + 5))
    with pytest.raises(ValueError, match="too many"):
        der.children(many, der.whole(many))
    with pytest.raises(ValueError, match="too many"):
        der.whole(b"\x30\x80" + b"\5\0" * (der.MAX_CHILDREN + 5) + b"\0\0")
    deep = b"a"
    for _ in range(der.MAX_DEPTH + 2):
        deep = tlv(0x24, deep if deep != b"a" else tlv(4, deep))
    with pytest.raises(ValueError, match="too deeply"):
        der.octets(deep, der.whole(deep))


@pytest.mark.parametrize(
    ("encoded", "dotted"),
    [
        ("550403", "2.5.4.3"),
        ("2a864886f70d010101", "1.2.840.113549.1.1.1"),
        ("00", "0.0"),
        ("27", "0.39"),
        ("4f", "1.39"),
        ("883703", "2.999.3"),
        ("2b8100", "1.3.128"),
    ],
)
def test_object_identifiers(encoded: str, dotted: str) -> None:
    assert der.oid(bytes.fromhex(encoded)) == dotted


@pytest.mark.parametrize("encoded", ["", "80", "2b81", "2a" * 129])
def test_object_identifiers_that_cannot_be(encoded: str) -> None:
    with pytest.raises(ValueError, match="object identifier"):
        der.oid(bytes.fromhex(encoded))


@pytest.mark.parametrize(
    ("tag", "data", "expected", "odd"),
    [
        (0x17, b"491231235959Z", (2049, 12, 31, 23, 59, 59), None),
        (0x17, b"500101000000Z", (1950, 1, 1, 0, 0, 0), None),
        (0x18, b"20500101000000Z", (2050, 1, 1, 0, 0, 0), None),
        (0x18, b"99991231235959Z", (9999, 12, 31, 23, 59, 59), None),
        (0x17, b"2501010203Z", (2025, 1, 1, 2, 3, 0), "a time without seconds"),
        (0x17, b"250101020304-0130", (2025, 1, 1, 3, 33, 4), "a time with an offset"),
        (0x18, b"20250101020304", (2025, 1, 1, 2, 3, 4), "a time without zone (read as UTC)"),
        (0x18, b"2060010102Z", (2060, 1, 1, 2, 0, 0), "a time without seconds"),
        (0x18, b"20490101000000Z", (2049, 1, 1, 0, 0, 0), "a GeneralizedTime before 2050"),
        (0x18, b"20600101000000,25Z", (2060, 1, 1, 0, 0, 0), "a time with a fraction of a second"),
    ],
)
def test_times(tag: int, data: bytes, expected: tuple[int, ...], odd: str | None) -> None:
    found, said = der.time(tag, data)
    assert (found.year, found.month, found.day, found.hour, found.minute, found.second) == expected
    assert (found.tzinfo, said) == (UTC, odd)


@pytest.mark.parametrize("data", [b"", b"Z", b"250230000000Z", b"250101250000Z", b"25010100000\xb2Z", b"250101000000Z ", b"9" * 500, b"250101000000+9999Z"])
def test_times_that_cannot_be(data: bytes) -> None:
    with pytest.raises(ValueError, match="a time"):
        der.time(0x17, data)


def test_times_at_the_end_of_time() -> None:
    assert der.time(0x18, b"99991231235959+0100")[0] == datetime(9999, 12, 31, 22, 59, 59, tzinfo=UTC)
    with pytest.raises(ValueError, match="does not exist"):
        der.time(0x18, b"99991231235959-0100")
    with pytest.raises(ValueError, match="does not exist"):
        der.time(0x18, b"00000101000000Z")


@pytest.mark.parametrize(
    ("tag", "data", "value", "odd"),
    [
        (0x0C, "ü".encode(), "ü", False),
        (0x0C, b"\xc3", "\ufffd", True),
        (0x13, b"abc'()+,-./:=? 9", "abc'()+,-./:=? 9", False),
        (0x13, b"a_b", "a_b", True),
        (0x13, b"\xfc", "ü", True),
        (0x14, b"abc", "abc", False),
        (0x16, "ü".encode(), "ü", True),
        (0x1E, "ü".encode("utf-16-be"), "ü", False),
        (0x1E, b"\xd8\x00", "\ufffd", True),
        (0x1C, "ü".encode("utf-32-be"), "ü", False),
        (0x12, b"123", "123", False),
    ],
)
def test_strings(tag: int, data: bytes, value: str, odd: bool) -> None:
    found, said = der.text(tag, data)
    assert (found, said is not None) == (value, odd)


def test_integers_bits_and_octets() -> None:
    assert [der.integer(one) for one in (b"\0", b"\x7f", b"\x80", b"\0\xff")] == [0, 127, -128, 255]
    for bad in (b"", bytes(der.MAX_INTEGER + 1)):
        with pytest.raises(ValueError, match="an integer"):
            der.integer(bad)
    pieces = tlv(0x24, tlv(4, b"ab"), tlv(0x24, tlv(4, b"c")))
    assert der.octets(pieces, der.whole(pieces)) == b"abc"
    parts = tlv(0x23, tlv(3, b"\0a"), tlv(3, b"\0b"))
    assert der.bits(parts, der.whole(parts)) == b"ab"
    with pytest.raises(ValueError, match="bit string"):
        der.bits(b"\3\0", der.whole(b"\3\0"))


def test_deviations_from_der_are_named_once() -> None:
    assert der.deviations(tlv(0x30, tlv(2, b"\5"), tlv(1, b"\xff"), tlv(4, b"a" * 200))) == ()
    found = der.deviations(b"\x30\x80" + b"\2\2\0\5" * 3 + b"\1\1\1" + b"\4\x81\1a" + tlv(0x24, tlv(4, b"a")) + b"\0\0")
    assert set(found) == {
        "an indefinite length (BER, not DER)",
        "an integer with needless bytes",
        "a boolean other than 00 and FF",
        "a length with needless bytes (BER, not DER)",
        "a string in pieces (BER, not DER)",
    }
    assert der.deviations(b"\x30\x80" * 3000) == ()
