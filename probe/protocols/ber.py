"""The part of BER that LDAP uses (RFC 4511 section 5.1): definite lengths, one-byte tags."""

LIMIT = 256 * 1024
"""The longest element that is taken, in bytes."""


class NotBer(ValueError):
    """The bytes are not what LDAP may send."""


def element(tag: int, *contents: bytes) -> bytes:
    """Write one element."""
    content = b"".join(contents)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(size)]) + size + content


def integer(value: int, tag: int = 2) -> bytes:
    """Write an INTEGER, or with tag 10 an ENUMERATED, that is not negative."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def number(content: bytes) -> int:
    """Read the content of an INTEGER or ENUMERATED of at most four bytes."""
    if not 1 <= len(content) <= 4:
        raise NotBer("not a small number")
    return int.from_bytes(content, "big", signed=True)


def extent(data: bytes, at: int = 0) -> tuple[int, int] | None:
    """Give where the content of the element at ``at`` begins and ends; ``None`` while its head is not complete. Raises ``NotBer``."""
    if len(data) - at < 2:
        return None
    if data[at] & 31 == 31:
        raise NotBer("a tag of more than one byte")
    first = data[at + 1]
    if first < 128:
        return at + 2, at + 2 + first
    width = first - 128
    if not 1 <= width <= 4:
        raise NotBer("a length that is indefinite or too wide")
    if len(data) - at < 2 + width:
        return None
    begin = at + 2 + width
    size = int.from_bytes(data[at + 2 : begin], "big")
    if size > LIMIT:
        raise NotBer("an element that is too long")
    return begin, begin + size


def elements(data: bytes) -> list[tuple[int, bytes]]:
    """Split bytes that hold whole elements and nothing else into (tag, content). Raises ``NotBer``."""
    found, at = [], 0
    while at < len(data):
        where = extent(data, at)
        if where is None or where[1] > len(data):
            raise NotBer("an element is cut off")
        found.append((data[at], data[where[0] : where[1]]))
        at = where[1]
    return found
