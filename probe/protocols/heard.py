"""The other side of the first words: what a caller says once TLS stands, and the answer. Input and output are somebody else's; nothing in here raises.

Of a request its method, its path without the query, and the fields in ``FIELDS`` are kept; never a body, a cookie, a token or a password.
"""

import re
from http import HTTPStatus

import h11

from probe.facts.observation import Ending, How, Local
from probe.protocols.protocol import Words

FIELDS = ("host", "user-agent", "content-type", "content-length", "transfer-encoding", "expect", "via")
"""The header fields that are kept, in this order; the first of each."""
HEADERS = 64 * 1024
BODY = 1024 * 1024
"""Bytes of a request's body that are read, and thrown away, before it is answered."""
VALUE, PATH, FIRST = 256, 512, 64
TOO_LARGE, NOT_HTTP = 431, 400
LINE = re.compile(rb"[A-Z]{3,12} [!-~]+ HTTP/1")
BINARY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What stands in no request line: with it nobody has to wait for the end of the line."""
_TEXT = b"This is probe listen, waiting for a test call. Nothing was done with the request.\n"
_BODILESS = (204, 304)


class Heard:
    """One request and the answer to it, always with the same ``status``, unless its header is too large or it is no HTTP."""

    def __init__(self, status: int) -> None:
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADERS)
        self._answer = status
        self._pending = b""
        self._first = b""
        self._received = 0
        self._fields: tuple[tuple[str, str], ...] = ()
        self._status: int | None = None
        self._ending: Ending | None = None
        self._complete = False

    @property
    def request_seen(self) -> bool:
        """Whether the header of a request came whole."""
        return self._ending is not None and self._ending.how is How.DONE

    @property
    def strange(self) -> bytes:
        """The first bytes of what is no request, as they came: they may hold a password, and are not to be kept so."""
        return self._first if self._ending is not None and self._ending.how is How.DECLINED else b""

    @property
    def received(self) -> int:
        """Bytes that the caller said so far."""
        return self._received

    def outgoing(self) -> bytes:
        """Give the answer, once."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the request."""
        if self._complete or not data:
            return
        self._received += len(data)
        self._first += data[: FIRST - len(self._first)]
        if not self.request_seen and BINARY.search(self._first.split(b"\n", 1)[0]):
            self._misunderstood()
            return
        try:
            self._connection.receive_data(data)
            while not self._complete and self._event():
                pass
        except h11.RemoteProtocolError:
            self._misunderstood()
            return
        if self._received > HEADERS + BODY and not self._complete:
            self.answer()

    def answer(self) -> None:
        """Answer now, whatever is still to come of the body."""
        if not self._complete and self.request_seen:
            self._reply(self._answer)

    def words(self) -> Words:
        """Tell what the caller said so far; ``status`` is what it was answered."""
        return Words(status=self._status, fields=self._fields, ending=self._ending, complete=self._complete)

    def _event(self) -> bool:
        event = self._connection.next_event()
        if isinstance(event, h11.Request):
            self._fields = _kept(event)
            self._ending = Ending(how=How.DONE)
            if any(name == "expect" for name, _ in self._fields):
                # It waits for a word before it sends the body, which nobody wants (RFC 9110 section 10.1.1).
                self.answer()
                return False
        elif isinstance(event, h11.EndOfMessage):
            self.answer()
            return False
        return isinstance(event, h11.Request | h11.Data)

    def _misunderstood(self) -> None:
        if self.request_seen:
            self.answer()
            return
        if self._received > HEADERS:
            self._ending = Ending(how=How.LOCAL, local=Local.LIMIT)
            self._reply(TOO_LARGE)
            return
        self._ending = Ending(how=How.DECLINED)
        self._complete = True
        # Whoever says something that looks like HTTP gets an answer in HTTP.
        if LINE.match(self._first):
            self._reply(NOT_HTTP)

    def _reply(self, status: int) -> None:
        text = b"" if status in _BODILESS else _TEXT
        head = f"HTTP/1.1 {status} {_phrase(status)}\r\nContent-Type: text/plain\r\n"
        self._pending = head.encode("ascii") + (b"" if status in _BODILESS else b"Content-Length: %d\r\n" % len(text)) + b"Connection: close\r\n\r\n" + text
        self._status = status
        self._complete = True


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Answer"


def _kept(request: h11.Request) -> tuple[tuple[str, str], ...]:
    target = request.target.decode("ascii", "backslashreplace")
    path, query = re.split(r"[?#]", target, maxsplit=1)[0], re.search(r"[?#]", target)
    path = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", r"\1", path)
    found = [("method", request.method.decode("ascii", "backslashreplace")[:VALUE]), ("path", path[:PATH])]
    if query:
        found.append(("query", "left out"))
    fields: dict[str, str] = {}
    for raw_name, raw_value in request.headers:
        fields.setdefault(raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()[:VALUE])
    for name in FIELDS:
        if name in fields:
            value = fields[name].rpartition("@")[2] if name == "host" else fields[name]
            found.append((name, value))
    return tuple(found)
