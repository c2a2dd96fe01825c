"""One LDAPMessage out of a stream, and the result in one (RFC 4511 sections 4.1.1 and 4.1.9)."""

from probe.protocols.ber import NotBer, elements, extent, number

SEQUENCE, ENUMERATED = 0x30, 0x0A


def message(data: bytes) -> tuple[int, int, bytes, bytes] | None:
    """Give the identifier, the tag and the content of the first message, and what follows it; ``None`` while it is not whole. Raises ``NotBer``."""
    if data and data[0] != SEQUENCE:
        raise NotBer("no LDAPMessage")
    where = extent(data)
    if where is None or where[1] > len(data):
        return None
    parts = elements(data[where[0] : where[1]])
    if len(parts) < 2 or parts[0][0] != 2:
        raise NotBer("no LDAPMessage")
    return number(parts[0][1]), *parts[1], data[where[1] :]


def result(content: bytes) -> tuple[int, bytes]:
    """Give the result code and the server's text. Raises ``NotBer``."""
    parts = elements(content)
    if len(parts) < 3 or parts[0][0] != ENUMERATED:
        raise NotBer("no result")
    return number(parts[0][1]), parts[2][1]
