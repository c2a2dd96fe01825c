"""A broker of the laboratory: it reads a CONNECT of MQTT and answers it, or does not, in the ways in which real brokers do."""

from collections.abc import Callable

from probe.facts.calling import MQTT_5, MQTT_311
from probe.facts.noun import noun
from probe.lab.answers import Answer

NOT_AUTHORISED_311, VERSION_311 = 5, 1
DISCONNECT, TAKEN_OVER = 0xE0, b"\xe0\x02\x8e\x00"
DENIED = {MQTT_311: 5, MQTT_5: 0x87}
"""How a broker says "not authorized" in each version."""


@noun
class House:
    """How a broker behaves. ``allowed`` are the client IDs that it lets in (empty: all), ``levels`` the protocol levels that it speaks.

    ``login`` is the user name and the password that it wants ("": none). ``silent``: it hangs up in place of a CONNACK that says no, as AWS IoT does.
    ``drops`` is how many CONNECTs it drops at first, as one that registers a certificate by its first connection. ``code`` is a CONNACK for everybody.
    ``after``: what follows the CONNACK: "" nothing, ``taken-over`` (MQTT 5: a DISCONNECT that says so; before: the end), ``closed``. ``reason`` is a text.
    ``raw`` is said in place of everything.
    """

    allowed: tuple[str, ...] = ()
    levels: tuple[int, ...] = (MQTT_311, MQTT_5)
    login: tuple[str, str] = ("", "")
    silent: bool = False
    drops: int = 0
    code: int = 0
    after: str = ""
    reason: str = ""
    raw: bytes = b""


@noun
class Said:
    """What a CONNECT says."""

    level: int
    clean: bool
    client_id: str
    user: str = ""
    password: str = ""


def connect(data: bytes) -> Said | None:
    """Read a CONNECT, if it has come whole."""
    if len(data) < 2 or data[0] != 0x10:
        return None
    length, at = 0, 1
    while at < len(data):
        length |= (data[at] & 0x7F) << (7 * (at - 1))
        at += 1
        if not data[at - 1] & 0x80:
            break
    body = data[at : at + length]
    if len(body) < length or len(body) < 10:
        return None
    level, flags, at = body[6], body[7], 10
    if level == MQTT_5:
        at += 1 + body[at]
    texts = []
    for wanted in (True, flags & 0x80, flags & 0x40):
        text = ""
        if wanted:
            size = int.from_bytes(body[at : at + 2])
            text, at = body[at + 2 : at + 2 + size].decode("utf-8", "replace"), at + 2 + size
        texts.append(text)
    return Said(level=level, clean=bool(flags & 0x02), client_id=texts[0], user=texts[1], password=texts[2])


def connack(level: int, code: int, reason: str = "", present: bool = False) -> bytes:
    """Write a CONNACK."""
    if level != MQTT_5:
        return bytes((0x20, 2, present, code))
    text = reason.encode()[:100]
    properties = b"\x1f" + len(text).to_bytes(2) + text if text else b""
    return bytes((0x20, 3 + len(properties), present, code, len(properties))) + properties


def broker(house: House) -> Answer:
    """How a TLS server answers that is such a broker."""
    return Answer(protocol="told", tell=teller(house), stays=not house.after and not house.raw)


def teller(house: House) -> Callable[[bytes], bytes | None]:
    """What is said to what has come since the last answer; ``None``: wait for more, ``b""``: hang up."""
    seen = [0]

    def tell(data: bytes) -> bytes | None:
        if data[:1] == bytes((DISCONNECT,)):
            return b""
        said = connect(data)
        if said is None:
            # Whoever does not begin with CONNECT is cut off without a word.
            return None if data[:1] in (b"", b"\x10") else b""
        seen[0] += 1
        if house.raw:
            return house.raw
        if seen[0] <= house.drops:
            return b""
        code = _judged(house, said)
        if code and house.silent:
            return b""
        answer = connack(said.level if said.level in house.levels else MQTT_311, code, house.reason)
        if code == 0 and house.after == "taken-over" and said.level == MQTT_5:
            answer += TAKEN_OVER
        return answer

    return tell


def _judged(house: House, said: Said) -> int:
    if house.code:
        return house.code
    if said.level not in house.levels:
        return VERSION_311
    if house.login != ("", "") and (said.user, said.password) != house.login:
        return {MQTT_311: 4, MQTT_5: 0x86}[said.level]
    return DENIED[said.level] if house.allowed and said.client_id not in house.allowed else 0
