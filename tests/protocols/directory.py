"""The server's half of one LDAP search, for tests."""

from probe.protocols.ber import NotBer, element, elements, extent, integer, number

SEQUENCE, SET, OCTETS, ENUMERATED, SEARCH, ENTRY, DONE = 0x30, 0x31, 0x04, 0x0A, 0x63, 0x64, 0x65


def answer(received: bytes, attributes: tuple[tuple[str, tuple[str, ...]], ...] = (), result: int = 0) -> bytes | None:
    """Give the root DSE in answer to one search, ``None`` while the request is not complete or is no search."""
    try:
        where = extent(received)
        if where is None or where[1] > len(received):
            return None
        parts = elements(received[where[0] : where[1]])
        if received[0] != SEQUENCE or len(parts) < 2 or parts[1][0] != SEARCH:
            return None
        identifier = integer(number(parts[0][1]))
    except NotBer:
        return None
    pairs = [
        element(SEQUENCE, element(OCTETS, name.encode()), element(SET, *(element(OCTETS, value.encode()) for value in values))) for name, values in attributes
    ]
    entry = element(SEQUENCE, identifier, element(ENTRY, element(OCTETS), element(SEQUENCE, *pairs)))
    done = element(SEQUENCE, identifier, element(DONE, integer(result, ENUMERATED), element(OCTETS), element(OCTETS)))
    return done if result else entry + done
