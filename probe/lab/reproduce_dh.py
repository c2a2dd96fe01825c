"""The finite-field Diffie-Hellman group of an observed handshake, for a server that must use the same one."""

from base64 import b64encode

from probe.facts.noun import noun
from probe.facts.observation import Handshake
from probe.lab.surgery import SEQUENCE, tlv
from probe.tls.cursor import Cursor, Cut
from probe.tls.messages import SERVER_KEY_EXCHANGE, reading

_INTEGER = 0x02
_LARGEST = 2048
"""Bytes of a prime that are taken over."""


@noun
class Group:
    """A group as a PKCS #3 file, and the suite that was used with it in OpenSSL's spelling."""

    pem: bytes
    cipher: str


def group_of(one: Handshake) -> Group | None:
    """Read prime and generator from the ServerKeyExchange (RFC 5246 section 7.4.3); ``None`` when the exchange was of another kind."""
    facts = reading(one)
    body = next((message.body for message in one.messages if not message.sent and message.type == SERVER_KEY_EXCHANGE), None)
    if body is None or not facts.dh_bits or not facts.cipher or facts.dh_bits > 8 * _LARGEST:
        return None
    cursor = Cursor(body)
    try:
        prime, generator = (int.from_bytes(cursor.field(2)) for _ in range(2))
    except Cut:
        return None
    numbers = (tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1)) for number in (prime, generator))
    text = b64encode(tlv(SEQUENCE, *numbers))
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return Group(pem=b"\n".join((b"-----BEGIN DH PARAMETERS-----", *lines, b"-----END DH PARAMETERS-----", b"")), cipher=facts.cipher)
