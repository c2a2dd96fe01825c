"""Certificates inside PKCS #7 SignedData (RFC 2315 section 9.1, RFC 5652 section 5.1). Sans I/O."""

from probe.facts import der
from probe.facts.certificate import Certificate

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


def is_signed_data(data: bytes) -> bool:
    """Whether the bytes begin as SignedData does, whole or cut off."""
    return data[:1] == b"\x30" and _SIGNED_DATA in data[:24]


def certificates(data: bytes) -> tuple[Certificate, ...]:
    """The certificates in the order of the file, byte for byte. Other entries of the set are passed over; damage ends it. Never raises."""
    found: list[Certificate] = []
    try:
        outer = der.children(data, der.expect(der.whole(data), der.SEQUENCE, "the whole"))
        if len(outer) < 2 or der.encoded(data, outer[0]) != _SIGNED_DATA:
            return ()
        for field in der.children(data, der.children(data, outer[1])[0]):
            if field.tag == 0xA0:
                found += [Certificate(der=der.encoded(data, one)) for one in der.children(data, field) if one.tag == der.SEQUENCE]
    except (ValueError, IndexError):
        return tuple(found)
    return tuple(found)
