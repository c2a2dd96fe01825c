"""A bounded, tolerant reader of BER and DER (X.690): elements, object identifiers, times, strings.

It takes what strict readers refuse (indefinite and overlong lengths, constructed strings, odd times), so that a bad certificate can still be shown.
The only error is ``ValueError``, with a sentence of our own; sizes, depth and counts are limited.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

SEQUENCE, SET = 0x30, 0x31
BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18

MAX_DEPTH = 32
MAX_INDEFINITE = 12  # nested indefinite lengths; the end of each can only be found by reading all of it, once a level
MAX_CHILDREN = 20_000
MAX_OID = 128
MAX_INTEGER = 4096
_CONSTRUCTED = 0x20
_STRINGS = {
    0x0C: ("UTF8String", "utf-8"),
    0x12: ("NumericString", "ascii"),
    0x13: ("PrintableString", "ascii"),
    0x14: ("T61String", "latin-1"),
    0x16: ("IA5String", "ascii"),
    0x1A: ("VisibleString", "ascii"),
    0x1C: ("UniversalString", "utf-32-be"),
    0x1E: ("BMPString", "utf-16-be"),
}
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*\Z")
_UTC = re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d{1,9}))?(Z|[+-]\d{4})?\Z")
_GENERALIZED = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,](\d{1,9}))?(Z|[+-]\d{4})?\Z")


class Item(NamedTuple):
    """One element by its places in the data: identifier octet (or number, for long tags), its head, its content, and the end of all of it."""

    tag: int
    head: int
    start: int
    stop: int
    end: int


_made = tuple.__new__
"""Half of the time that ``Item(...)`` takes."""


def item(data: bytes, at: int, limit: int, depth: int = 0) -> Item:
    """Read the element that begins at ``at`` and must end by ``limit``. Raises ``ValueError``."""
    if limit - at < 2:
        raise ValueError("cut off within an element's head")
    tag = data[at]
    place = at + 1
    if tag & 0x1F == 0x1F:
        tag, place = _long_tag(data, place, limit)
    if place >= limit:
        raise ValueError("cut off within an element's head")
    length = data[place]
    place += 1
    if length < 0x80:
        stop = place + length
    elif length == 0x80:
        return _indefinite(data, tag, at, place, limit, depth)
    else:
        count = length & 0x7F
        if count > 8 or place + count > limit:
            raise ValueError("a length that cannot be")
        stop = place + count + int.from_bytes(data[place : place + count], "big")
        place += count
    if stop > limit:
        raise ValueError(f"cut off: {stop - place} bytes announced, {limit - place} there")
    return _made(Item, (tag, at, place, stop, stop))


def _long_tag(data: bytes, place: int, limit: int) -> tuple[int, int]:
    number = 0
    for _ in range(4):
        if place >= limit:
            break
        octet = data[place]
        place += 1
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            return 0x100 + number, place
    raise ValueError("a tag number that cannot be")


def _indefinite(data: bytes, tag: int, head: int, start: int, limit: int, depth: int) -> Item:
    if depth >= MAX_INDEFINITE:
        raise ValueError("nested too deeply")
    if tag < 0x100 and not tag & _CONSTRUCTED:
        raise ValueError("an element without length")
    place = start
    for _ in range(MAX_CHILDREN):
        if data[place : place + 2] == b"\0\0" and place + 2 <= limit:
            return Item(tag, head, start, place, place + 2)
        place = item(data, place, limit, depth + 1).end
    raise ValueError("too many elements")


def whole(data: bytes) -> Item:
    """The first element of ``data``; the caller looks whether it ends with the data. Raises ``ValueError``."""
    return item(data, 0, len(data))


def children(data: bytes, parent: Item) -> list[Item]:
    """The elements inside a constructed one. Raises ``ValueError``, also for more than ``MAX_CHILDREN``."""
    found: list[Item] = []
    place, stop = parent.start, parent.stop
    while place < stop:
        # Whole stores are read here: the short form of tag and length, by far the commonest, without a call.
        if stop - place > 1 and (length := data[place + 1]) < 0x80 and (tag := data[place]) & 0x1F != 0x1F and place + 2 + length <= stop:
            end = place + 2 + length
            found.append(_made(Item, (tag, place, place + 2, end, end)))
            place = end
        else:
            one = item(data, place, stop)
            found.append(one)
            place = one.end
        if len(found) > MAX_CHILDREN:
            raise ValueError("too many elements")
    return found


def expect(one: Item, tag: int, what: str) -> Item:
    """Return ``one`` if its identifier is ``tag``; ``what`` names it in the ``ValueError``."""
    if one.tag != tag:
        raise ValueError(f"{what} has the identifier {one.tag:#04x} in place of {tag:#04x}")
    return one


def content(data: bytes, one: Item) -> bytes:
    """The bytes inside an element."""
    return data[one.start : one.stop]


def encoded(data: bytes, one: Item) -> bytes:
    """The whole element as it came."""
    return data[one.head : one.end]


def octets(data: bytes, one: Item, depth: int = 0) -> bytes:
    """The value of a string element; a constructed one (BER) is put together. Raises ``ValueError``."""
    if one.tag >= 0x100 or not one.tag & _CONSTRUCTED:
        return data[one.start : one.stop]
    if depth >= MAX_DEPTH:
        raise ValueError("nested too deeply")
    return b"".join(octets(data, part, depth + 1) for part in children(data, one))


def bits(data: bytes, one: Item) -> bytes:
    """The bytes of a BIT STRING without the count of unused bits. Raises ``ValueError``."""
    if one.tag != BIT_STRING:
        if one.tag != BIT_STRING | _CONSTRUCTED:
            raise ValueError("not a bit string")
        return b"".join(bits(data, part) for part in children(data, one) if part.tag == BIT_STRING)
    if one.start == one.stop:
        raise ValueError("a bit string without content")
    return data[one.start + 1 : one.stop]


def integer(data: bytes) -> int:
    """The value of an INTEGER's content, signed. Raises ``ValueError`` for none and for more than ``MAX_INTEGER`` bytes."""
    if not data:
        raise ValueError("an integer without content")
    if len(data) > MAX_INTEGER:
        raise ValueError(f"an integer of {len(data)} bytes")
    return int.from_bytes(data, "big", signed=True)


@lru_cache(maxsize=2048)
def oid(data: bytes) -> str:
    """The dotted form of an OBJECT IDENTIFIER's content. Raises ``ValueError``."""
    if not data or len(data) > MAX_OID or data[-1] & 0x80:
        raise ValueError("an object identifier that cannot be")
    arcs: list[int] = []
    value = 0
    for octet in data:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def text(tag: int, data: bytes) -> tuple[str, str | None]:
    """A character string's value, and what is wrong with it or ``None``. Bytes that are no characters become U+FFFD. Other types raise ``ValueError``."""
    known = _STRINGS.get(tag)
    if known is None:
        raise ValueError(f"not a character string (identifier {tag:#04x})")
    name, encoding = known
    try:
        value = data.decode(encoding)
    except UnicodeDecodeError:
        return _rescued(data, encoding), f"not a valid {name}"
    if tag == 0x13 and not _PRINTABLE.match(value):
        return value, "a PrintableString with characters outside its set"
    if tag == 0x14 and not value.isascii():
        return value, "a T61String with characters whose meaning is unclear (read as ISO 8859-1)"
    return value, None


def _rescued(data: bytes, encoding: str) -> str:
    if encoding == "ascii":
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    return data.decode(encoding, "replace")


def time(tag: int, data: bytes) -> tuple[datetime, str | None]:
    """A UTCTime or GeneralizedTime in UTC, and what RFC 5280 section 4.1.2.5 has against its form or ``None``. Raises ``ValueError`` if it names no moment."""
    pattern = {UTC_TIME: _UTC, GENERALIZED_TIME: _GENERALIZED}.get(tag)
    if pattern is None:
        raise ValueError(f"not a time (identifier {tag:#04x})")
    found = pattern.match(data[:64])
    if found is None:
        raise ValueError("a time that cannot be read")
    *parts, fraction, zone = found.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    if tag == UTC_TIME:
        year += 1900 if year >= 50 else 2000
    odd = _odd_time(parts, fraction, zone)
    if second == 60:
        second, odd = 59, "the second 60"
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if fraction:
            moment += timedelta(microseconds=int(fraction[:6].ljust(6, b"0")))
        if zone not in (None, b"Z"):
            offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
            moment += offset if zone[:1] == b"-" else -offset
    except (ValueError, OverflowError):
        raise ValueError("a time that does not exist") from None
    if tag == GENERALIZED_TIME and moment.year < 2050 and odd is None:
        odd = "a GeneralizedTime before 2050"
    return moment, odd


def _odd_time(parts: list[bytes | None], fraction: bytes | None, zone: bytes | None) -> str | None:
    if zone is None:
        return "a time without zone (read as UTC)"
    if zone != b"Z":
        return "a time with an offset"
    if fraction is not None:
        return "a time with a fraction of a second"
    return "a time without seconds" if parts[-1] is None else None


def deviations(data: bytes) -> tuple[str, ...]:
    """In which ways the encoding is BER but not DER (X.690 section 10), each named once. Never raises; what cannot be read is not looked at."""
    found: dict[str, None] = {}
    left = MAX_CHILDREN
    work = [(0, len(data), 0)]
    while work and left:
        place, limit, depth = work.pop()
        while place < limit and left:
            left -= 1
            try:
                one = item(data, place, limit)
            except ValueError:
                break
            _note(data, one, found)
            if one.tag & _CONSTRUCTED and one.tag < 0x100 and depth < MAX_DEPTH:
                work.append((one.start, one.stop, depth + 1))
            place = one.end
    return tuple(found)


def _note(data: bytes, one: Item, found: dict[str, None]) -> None:
    if one.end != one.stop:
        found["an indefinite length (BER, not DER)"] = None
        return
    size = one.stop - one.start
    head = one.start - one.head - (1 if one.tag < 0x100 else 0)
    if one.tag < 0x100 and head != (1 if size < 0x80 else 1 + (size.bit_length() + 7) // 8):
        found["a length with needless bytes (BER, not DER)"] = None
    if one.tag == INTEGER and size > 1 and (data[one.start], data[one.start + 1] & 0x80) in ((0, 0), (0xFF, 0x80)):
        found["an integer with needless bytes"] = None
    if one.tag == BOOLEAN and content(data, one) not in (b"\0", b"\xff"):
        found["a boolean other than 00 and FF"] = None
    if one.tag in (OCTET_STRING | _CONSTRUCTED, BIT_STRING | _CONSTRUCTED):
        found["a string in pieces (BER, not DER)"] = None
