"""MQTT over TLS: a CONNECT, the broker's CONNACK, and DISCONNECT (MQTT 3.1.1 and 5.0, OASIS standards).

Nothing is said unasked: a CONNECT ends the connection of a running client with the same client ID (MQTT 3.1.1 section 3.1.4, MQTT 5.0 section 3.1.4). No will,
no subscription and no message is ever sent. A session that exists under the client ID is taken up and not thrown away, so that what waits for the client that
runs otherwise still waits for it; one that was made up for the check is never kept.
"""

from probe.facts.calling import LEVELS, MQTT_5, MQTT_311, Calling
from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.protocols.mqtt_codes import ACCEPTED
from probe.protocols.protocol import Asked, Protocol, Words

HEAD = 1024
VALUE = 256
LONGEST = 16 * 1024
"""Bytes of a CONNACK that are waited for. Its text for people is a sentence."""
LIMIT = 64 * 1024
"""Bytes that are taken altogether: what waited for the client may follow the CONNACK, and none of it is kept."""
TEXT = 65535
"""Bytes of a client ID, a user name or a password (MQTT 5.0 section 1.5.4)."""
KEEP_ALIVE = 60
SESSION = 3600
"""Seconds for which a session is kept that a named client ID begins (MQTT 5): the client that has this ID says another number when it comes back."""
DISCONNECT = b"\xe0\x00"
HIDDEN = "(hidden)"

CONNACK_TYPE, DISCONNECT_TYPE = 0x20, 0xE0
_CLEAN, _USER, _PASSWORD = 0x02, 0x80, 0x40
_EXPIRY = 0x11
_WIDTHS = {0x11: 4, 0x13: 2, 0x21: 2, 0x22: 2, 0x24: 1, 0x25: 1, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1}
"""Properties of fixed length (MQTT 5.0 section 2.2.2.2)."""
_TEXTS = {0x12: "assigned client ID", 0x15: "authentication method", 0x1A: "", 0x1C: "server reference", 0x1F: "reason"}
"""Properties that are one text, and as what they are kept ("": not at all)."""
_DATA, _PAIR = 0x16, 0x26


class NotMqtt(Exception):
    """The bytes are no packet that may stand here."""


def connect(calling: Calling, level: int, user: bytes = b"", password: bytes | None = None) -> bytes:
    """Write CONNECT (MQTT 3.1.1 section 3.1, MQTT 5.0 section 3.1). Without a client ID, or with a made-up one, no session is kept."""
    clean = calling.own or not calling.client_id
    flags = (_CLEAN if clean else 0) | (_USER if user else 0) | (_PASSWORD if password is not None else 0)
    properties = b"" if clean else bytes((_EXPIRY,)) + SESSION.to_bytes(4)
    head = _text(b"MQTT") + bytes((level, flags)) + KEEP_ALIVE.to_bytes(2)
    head += _variable(len(properties)) + properties if level == MQTT_5 else b""
    payload = _text(calling.client_id.encode())
    payload += _text(user) if user else b""
    payload += _text(password) if password is not None else b""
    return b"\x10" + _variable(len(head) + len(payload)) + head + payload


IMPOSSIBLE = b"\x10\x0c\x00\x04MQTT\x7f\x02\x00\x3c\x00\x00"
"""A CONNECT of a protocol level that does not exist, without a client ID. A broker says that it does not speak it (MQTT 3.1.1 section 3.1.2.2, MQTT 5.0 section
3.1.2.2), so that it ends nobody's connection and begins no session: the one question that shows harmlessly that a port speaks MQTT."""


class Connecting:
    """One CONNECT and its answer; see ``probe.protocols.protocol.Conversation``. The status is the code of CONNACK.

    Of a client ID that others have too the connection is left open for as long as its owner listens: a client that takes it back shows so.
    """

    def __init__(self, target: Target, asked: Asked) -> None:
        calling = target.calling or Calling(own=True)
        login = asked.login
        self._level = asked.level or MQTT_311
        self._pending = connect(calling, self._level, login.user if login else b"", login.password if login else None)
        self._hide = (login.password,) if login and login.password else ()
        self._alone = calling.own or not calling.client_id
        self._buffer = b""
        self._first = b""
        self._received = 0
        self._fields: list[tuple[str, str]] = []
        self._status: int | None = None
        self._ending: Ending | None = None
        self._complete = False

    def outgoing(self) -> bytes:
        """Give CONNECT, once."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the broker; empty bytes are its end."""
        if self._complete:
            return
        self._received += len(data)
        self._first += data[: HEAD - len(self._first)]
        self._buffer += data
        try:
            while not self._complete and self._packet():
                pass
        except NotMqtt:
            self._end(self._ending or Ending(how=How.DECLINED))
        if self._complete:
            return
        if self._received > LIMIT:
            self._end(self._ending or Ending(how=How.LOCAL, local=Local.LIMIT))
        elif not data and self._status is not None:
            self._keep("ended", "closed")
            self._complete = True
        elif not data and self._buffer:
            self._end(Ending(how=How.DECLINED))

    def words(self) -> Words:
        """Tell the code and what came with it."""
        strange = self._ending is not None and self._status is None
        told = dict(self._fields)
        open_still = self._status == ACCEPTED and "disconnect" not in told and "ended" not in told
        return Words(
            status=self._status,
            fields=(("version", LEVELS.get(self._level, str(self._level))), *self._fields),
            body=self._bare(self._first) if strange else b"",
            ending=self._ending,
            complete=self._complete,
            farewell=DISCONNECT if open_still else b"",
        )

    def _packet(self) -> bool:
        """Take one packet; false when none is whole. Raises ``NotMqtt``."""
        if not self._buffer:
            return False
        kind = self._buffer[0]
        if self._status is None and kind != CONNACK_TYPE:
            raise NotMqtt
        found = _length(self._buffer[1:5])
        if found is None:
            return False
        length, width = found
        start = 1 + width
        # Neither a length that cannot be, nor one that nobody would wait for, is waited for.
        if self._status is None and not 2 <= length <= (LONGEST if self._level == MQTT_5 else 2):
            raise NotMqtt
        if len(self._buffer) < start + length:
            return False
        body, self._buffer = self._buffer[start : start + length], self._buffer[start + length :]
        if self._status is None:
            self._connack(body)
        elif kind == DISCONNECT_TYPE:
            self._keep("disconnect", str(body[0] if body else 0))
            self._properties(body[1:])
            self._complete = True
        return True

    def _connack(self, body: bytes) -> None:
        if body[0] > 1:
            raise NotMqtt
        # Everything is read before anything is believed.
        kept = len(self._fields)
        try:
            self._properties(body[2:])
        except NotMqtt:
            del self._fields[kept:]
            raise
        self._status = body[1]
        if self._status == ACCEPTED:
            self._keep("session", "kept from before" if body[0] else "new")
            self._ending = Ending(how=How.DONE)
            self._complete = self._alone
        else:
            self._end(Ending(how=How.DECLINED, code=self._status))

    def _properties(self, data: bytes) -> None:
        """Keep the properties that are worth it. Raises ``NotMqtt`` for what are none."""
        if not data:
            return
        found = _length(data[:4])
        if found is None or found[0] != len(data) - found[1]:
            raise NotMqtt
        at = found[1]
        while at < len(data):
            kind, at = data[at], at + 1
            if kind in _WIDTHS:
                at += _WIDTHS[kind]
            elif kind == _PAIR:
                for _ in range(2):
                    _, at = _string(data, at)
            elif kind in _TEXTS or kind == _DATA:
                value, at = _string(data, at)
                if label := _TEXTS.get(kind, ""):
                    self._keep(label, self._bare(value[: 4 * VALUE]).decode("utf-8", "backslashreplace"))
            else:
                raise NotMqtt
        if at != len(data):
            raise NotMqtt

    def _bare(self, data: bytes) -> bytes:
        """What came, without the secrets that it repeats."""
        for secret in self._hide:
            data = data.replace(secret, HIDDEN.encode())
        return data

    def _keep(self, name: str, value: str) -> None:
        self._fields.append((name, value[:VALUE]))

    def _end(self, ending: Ending) -> None:
        self._ending, self._complete = ending, True


def _text(data: bytes) -> bytes:
    return len(data[:TEXT]).to_bytes(2) + data[:TEXT]


def _variable(number: int) -> bytes:
    """A variable byte integer (MQTT 5.0 section 1.5.5)."""
    found = b""
    while True:
        number, low = divmod(number, 128)
        found += bytes((low | (0x80 if number else 0),))
        if not number:
            return found


def _length(data: bytes) -> tuple[int, int] | None:
    """A variable byte integer and how many bytes it has; ``None`` when it is not all there. Raises ``NotMqtt`` for one of more than four bytes."""
    number = 0
    for place, byte in enumerate(data[:4]):
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return number, place + 1
    if len(data) >= 4:
        raise NotMqtt
    return None


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    """A text with its length in front, and where it ends. Raises ``NotMqtt`` when it ends behind the data."""
    if len(data) < at + 2:
        raise NotMqtt
    end = at + 2 + int.from_bytes(data[at : at + 2])
    if len(data) < end:
        raise NotMqtt
    return data[at + 2 : end], end


PROTOCOL = Protocol(name="mqtts", port=8883, ask=Connecting)
"""Brokers on the usual port agree on no ALPN name; where one is needed, as on port 443, it is named by the user or the profile."""
