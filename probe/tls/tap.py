"""Reads both directions of a TLS connection as they pass: records, handshake messages and alerts, as bytes with direction and time.

Up to TLS 1.2 it reads what is not encrypted; the records of TLS 1.3 it opens with the lines of a key log. Bytes may come in pieces of any size, and
records wait until their secret is known. Nothing that comes from the wire makes it raise, and it keeps a bounded amount of everything:
what is over a limit is counted and not kept. Session tickets, Finished values and application data are never kept.
"""

from collections import deque

from probe.facts.observation import Alert, Message
from probe.tls import registry
from probe.tls.assembly import Assembly
from probe.tls.hellos import server_hello
from probe.tls.keys import Keys, secret_of

BYTES_LIMIT = 4 * 1024 * 1024
"""Bytes of one direction that are read; a handshake has a few thousand."""
MESSAGES_LIMIT = 512
ALERTS_LIMIT = 64
UPDATES_LIMIT = 64
WAITING_LIMIT = 512 * 1024
"""Bytes of records that may wait for their secret."""
FIRST_BYTES = 1024
_RECORD_LIMIT = 16384 + 2048

_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _APPLICATION = 20, 21, 22, 23
_HELLO_REQUEST, _SERVER_HELLO, _FINISHED, _KEY_UPDATE = 0, 2, 20, 24
_VERIFY_DATA = 12


class _Side:
    """One direction."""

    __slots__ = (
        "alerts",
        "asked_again",
        "assembly",
        "at",
        "buffer",
        "count",
        "deaf",
        "epoch",
        "finished",
        "first",
        "keys",
        "messages",
        "not_tls",
        "records",
        "sealed",
        "updates",
        "waiting",
        "waits",
    )

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.assembly = Assembly()
        self.at = 0.0  # when the last bytes passed
        self.count = 0  # bytes
        self.records = 0
        self.messages = 0
        self.alerts = 0
        self.deaf = False  # nothing further is read: over a limit, or no sense in it
        self.sealed = False  # ChangeCipherSpec was seen, up to TLS 1.2
        self.finished = False
        self.asked_again = False
        self.updates = 0
        self.epoch = "plain"
        self.keys: Keys | None = None
        self.waiting: deque[tuple[int, float, bytes, bytes]] = deque()
        self.waits = 0  # bytes
        self.not_tls = False
        self.first = bytearray()


class Tap:
    """Feed it every byte of both directions and every line of the key log; ask at any time. ``serving``: we are the server of this connection."""

    def __init__(self, *, serving: bool = False) -> None:
        self.serving = serving
        self._sides = {True: _Side(), False: _Side()}
        self._secrets: dict[tuple[bool, str], bytes] = {}
        self._version: int | None = None
        self._suite = 0
        self._order = 0
        self._messages: list[tuple[int, Message]] = []
        self._alerts: list[tuple[int, Alert]] = []
        self.left_out = 0
        """Messages and alerts that were seen and not kept because of a limit."""

    def feed(self, sent: bool, data: bytes, at: float) -> None:
        """Take bytes that we sent or received at ``at`` seconds."""
        side = self._sides[sent]
        side.count += len(data)
        side.at = at
        if not sent and len(side.first) < FIRST_BYTES and (side.not_tls or not side.records):
            side.first += data[: FIRST_BYTES - len(side.first)]
        if side.deaf:
            return
        side.buffer += data
        self._split(sent, side, at)
        if side.count > BYTES_LIMIT:
            _deafen(side)

    def key_log(self, line: bytes) -> None:
        """Take one line in the format of SSLKEYLOGFILE; lines that do not concern TLS 1.3 traffic are ignored."""
        found = secret_of(line)
        if found is None:
            return
        by_client, epoch, secret = found
        sent = by_client is not self.serving
        self._secrets.setdefault((sent, epoch), secret)
        self._unlock(sent)

    @property
    def messages(self) -> tuple[Message, ...]:
        """All handshake messages in the order of the wire; at the end the head of an unfinished one, if its first bytes came."""
        found = [one for _, one in sorted(self._messages, key=lambda pair: pair[0])]
        for sent in (True, False):
            whole, rest = self._in_unfinished_record(sent)
            head = rest.head(sent)
            found += whole if head is None else [*whole, head]
        return tuple(found)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """All alerts that could be read, in the order of the wire."""
        return tuple(one for _, one in sorted(self._alerts, key=lambda pair: pair[0]))

    @property
    def first_bytes(self) -> bytes:
        """The first bytes that the peer sent when they are no TLS record, else nothing."""
        side = self._sides[False]
        return bytes(side.first) if side.not_tls else b""

    @property
    def pieces(self) -> int:
        """Bytes of an unfinished handshake message that came from the peer."""
        return self._in_unfinished_record(False)[1].pieces

    @property
    def hello_seen(self) -> bool:
        """Whether a ServerHello that is no HelloRetryRequest came."""
        return self._suite != 0

    @property
    def version(self) -> int | None:
        """The protocol version of the ServerHello or HelloRetryRequest."""
        return self._version

    def bytes_of(self, sent: bool) -> int:
        """Bytes of TLS records in one direction; none when what came is no TLS."""
        side = self._sides[sent]
        return 0 if side.not_tls else side.count

    def opaque(self, sent: bool) -> bool:
        """Whether alerts of one direction can no longer be read here."""
        side = self._sides[sent]
        return side.sealed or side.deaf or bool(side.waiting)

    def _split(self, sent: bool, side: _Side, at: float) -> None:
        """Take whole records off the buffer."""
        buffer = side.buffer
        start = 0
        while not side.deaf:
            if not _may_be_record(buffer, start):
                side.not_tls = side.records == 0
                _deafen(side)
                return
            if len(buffer) - start < 5:
                break
            end = start + 5 + int.from_bytes(buffer[start + 3 : start + 5], "big")
            if len(buffer) < end:
                break
            side.records += 1
            self._order += 1
            self._record(sent, side, self._order, at, bytes(buffer[start : start + 5]), bytes(buffer[start + 5 : end]))
            start = end
        if not side.deaf:
            del buffer[:start]

    def _record(self, sent: bool, side: _Side, order: int, at: float, header: bytes, payload: bytes) -> None:
        kind = header[0]
        if kind == _APPLICATION:
            if self._version == registry.TLS_1_3:
                side.waiting.append((order, at, header, payload))
                side.waits += len(payload)
                self._open_waiting(sent, side)
        elif kind == _HANDSHAKE:
            if side.sealed:
                self._sealed_handshake(sent, side, order, at)
            elif side.epoch == "plain":
                self._handshake(sent, side, order, at, payload)
        elif kind == _ALERT:
            if not side.sealed:
                self._alert(sent, side, order, at, payload)
        elif kind == _CHANGE_CIPHER_SPEC and self._version not in (None, registry.TLS_1_3):
            side.sealed = True

    def _open_waiting(self, sent: bool, side: _Side) -> None:
        while side.waiting and side.keys is not None and not side.deaf:
            order, at, header, payload = side.waiting.popleft()
            side.waits -= len(payload)
            plain = side.keys.open(header, payload)
            if plain is None:
                _deafen(side)
                return
            self._opened(sent, side, order, at, plain.rstrip(b"\0"))
        if side.waits > WAITING_LIMIT:
            _deafen(side)

    def _opened(self, sent: bool, side: _Side, order: int, at: float, inner: bytes) -> None:
        kind = inner[-1] if inner else 0
        if kind == _HANDSHAKE:
            self._handshake(sent, side, order, at, inner[:-1])
        elif kind == _ALERT:
            self._alert(sent, side, order, at, inner[:-1])

    def _alert(self, sent: bool, side: _Side, order: int, at: float, payload: bytes) -> None:
        for index in range(0, len(payload) - 1, 2):
            side.alerts += 1
            if side.alerts > ALERTS_LIMIT:
                self.left_out += 1
                continue
            self._alerts.append((order, Alert(at=at, sent=sent, level=payload[index], description=payload[index + 1])))

    def _sealed_handshake(self, sent: bool, side: _Side, order: int, at: float) -> None:
        # Up to TLS 1.2 the first message after ChangeCipherSpec is Finished with 12 bytes (RFC 5246 section 7.4.9);
        # after it a server can begin only with HelloRequest. What else a renegotiation says cannot be seen.
        if not side.finished:
            side.finished = True
            self._keep(side, order, Message(at=at, sent=sent, type=_FINISHED, size=_VERIFY_DATA))
        elif sent is self.serving and not side.asked_again:
            side.asked_again = True
            self._keep(side, order, Message(at=at, sent=sent, type=_HELLO_REQUEST, size=0))

    def _handshake(self, sent: bool, side: _Side, order: int, at: float, data: bytes) -> None:
        for kind, size, body in side.assembly.feed(data, at):
            self._keep(side, order, Message(at=at, sent=sent, type=kind, size=size, body=body))
            if kind == _SERVER_HELLO and sent is self.serving:
                self._server_hello(body)
            elif self._version == registry.TLS_1_3:
                if kind == _FINISHED:
                    side.epoch, side.keys = "application", None
                    self._derive(sent, side)
                elif kind == _KEY_UPDATE and side.epoch == "application" and side.keys is not None:
                    side.updates += 1
                    if side.updates > UPDATES_LIMIT:
                        _deafen(side)
                        return
                    side.keys = side.keys.updated()

    def _keep(self, side: _Side, order: int, message: Message) -> None:
        side.messages += 1
        if side.messages > MESSAGES_LIMIT:
            self.left_out += 1
            return
        self._messages.append((order, message))

    def _server_hello(self, body: bytes) -> None:
        hello = None if self._suite else server_hello(body)
        if hello is None:
            return
        self._version = hello.version
        if hello.retry:
            return
        self._suite = hello.suite
        if hello.version == registry.TLS_1_3:
            for sent, side in self._sides.items():
                side.epoch = "handshake"
                self._derive(sent, side)

    def _derive(self, sent: bool, side: _Side) -> None:
        secret = self._secrets.get((sent, side.epoch))
        if secret is None:
            return
        try:
            side.keys = Keys(self._suite, secret)
        except KeyError:
            _deafen(side)

    def _unlock(self, sent: bool) -> None:
        side = self._sides[sent]
        if side.keys is None and side.epoch != "plain" and not side.deaf:
            self._derive(sent, side)
            self._open_waiting(sent, side)

    def _in_unfinished_record(self, sent: bool) -> tuple[list[Message], Assembly]:
        """What a plain handshake record that has not come whole adds: whole messages, and what is unfinished then."""
        side = self._sides[sent]
        if side.deaf or side.sealed or side.epoch != "plain" or len(side.buffer) <= 5 or side.buffer[0] != _HANDSHAKE:
            return [], side.assembly
        copy = side.assembly.copy()
        whole = copy.feed(bytes(side.buffer[5:]), side.at)
        return [Message(at=side.at, sent=sent, type=kind, size=size, body=body) for kind, size, body in whole[:MESSAGES_LIMIT]], copy


def _may_be_record(buffer: bytearray, start: int) -> bool:
    """Whether what has come so far can be the head of a TLS record (RFC 8446 section 5.1)."""
    have = len(buffer) - start
    if have > 0 and not _CHANGE_CIPHER_SPEC <= buffer[start] <= 24:
        return False
    if have > 1 and buffer[start + 1] != 3:
        return False
    return have < 5 or int.from_bytes(buffer[start + 3 : start + 5], "big") <= _RECORD_LIMIT


def _deafen(side: _Side) -> None:
    side.deaf = True
    side.keys = None
    side.buffer.clear()
    side.waiting.clear()
    side.waits = 0
