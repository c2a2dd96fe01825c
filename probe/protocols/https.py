"""HTTPS: one request for a page (RFC 9110, RFC 9112), its status, some header fields, the head of its body.

Cookies, credentials and all fields that are not named here are never kept.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

import h11

from probe import VERSION
from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.protocols.protocol import Protocol, Words

FIELDS = frozenset(
    {
        "connection",
        "content-length",
        "content-type",
        "date",
        "location",
        "retry-after",
        "server",
        "strict-transport-security",
        "via",
        "www-authenticate",
    }
)
"""The header fields that are kept; of ``www-authenticate`` the scheme only, of ``location`` nothing after the path."""

BODY = 16 * 1024
HEAD = 1024
HEADERS = 64 * 1024
VALUE = 512
COUNT = 40

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")


def host_field(target: Target) -> str:
    """Give the Host field (RFC 9110 section 7.2): the name sent in SNI, so that both agree, else the host; the port unless it is 443.

    A name that could not be sent is left out, as the field then may be empty.
    """
    host = next((one for one in (target.sni, target.host) if one and one.isascii() and one.isprintable() and " " not in one), "")
    if ":" in host:
        host = f"[{host.partition('%')[0]}]"
    return host if target.port == PROTOCOL.port else f"{host}:{target.port}"


class Request:
    """One ``GET`` and its answer."""

    def __init__(self, target: Target) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADERS)
        self._pending = self._ask(target)
        self._first = b""
        self._received = 0
        self._status: int | None = None
        self._fields: tuple[tuple[str, str], ...] = ()
        self._body = bytearray()
        self._ending: Ending | None = None
        self._complete = False

    def outgoing(self) -> bytes:
        """Give the request, once."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the answer; empty bytes are its end."""
        if self._complete or not (data or self._received):
            return
        self._received += len(data)
        self._first += data[: HEAD - len(self._first)]
        if not self._first.startswith(b"HTTP/"[: len(self._first)]):
            self._end(Ending(how=How.DECLINED))
            return
        try:
            self._connection.receive_data(data)
            while not self._complete and self._event():
                pass
        except h11.RemoteProtocolError:
            # Once the status is known a broken body changes nothing.
            too_long = self._status is None and self._received > HEADERS
            self._end(self._ending or (Ending(how=How.LOCAL, local=Local.LIMIT) if too_long else Ending(how=How.DECLINED)))
            return
        if not data and self._received and not self._complete:
            self._end(self._ending or Ending(how=How.DECLINED))
        elif self._received > HEADERS + 2 * BODY and not self._complete:
            self._end(self._ending or Ending(how=How.LOCAL, local=Local.LIMIT))

    def words(self) -> Words:
        """Tell the status, the fields and the head of the body as far as they have come."""
        body = self._first if self._status is None and self._ending is not None else bytes(self._body)
        return Words(status=self._status, fields=self._fields, body=body, ending=self._ending, complete=self._complete)

    def _ask(self, target: Target) -> bytes:
        path = quote(target.path or "/", safe="/%:@!$&'()*+,;=?~-._")
        request = h11.Request(
            method="GET",
            target=path if path.startswith("/") else f"/{path}",
            headers=[("Host", host_field(target)), ("User-Agent", f"probe/{VERSION}"), ("Accept", "*/*"), ("Connection", "close")],
        )
        return (self._connection.send(request) or b"") + (self._connection.send(h11.EndOfMessage()) or b"")

    def _event(self) -> bool:
        """Take one event from the connection; false when it has no more."""
        event = self._connection.next_event()
        if isinstance(event, h11.Response):
            self._status = event.status_code
            self._fields = fields(event.headers)
            self._ending = Ending(how=How.DECLINED, code=self._status) if self._status >= 400 else Ending(how=How.DONE)
        elif isinstance(event, h11.Data):
            self._body += event.data[: BODY - len(self._body)]
            if len(self._body) == BODY:
                self._end(self._ending)
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            if self._ending is not None:
                self._end(self._ending)
            return False
        return isinstance(event, h11.Response | h11.InformationalResponse | h11.Data)

    def _end(self, ending: Ending | None) -> None:
        self._ending, self._complete = ending, True


def fields(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Give the header fields that may be kept, names in lower case, in the order of arrival, cut to 512 characters each and 40 altogether."""
    kept = []
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        if name not in FIELDS:
            continue
        if name == "www-authenticate":
            scheme = _TOKEN.match(value)
            value = scheme.group() if scheme else ""
        elif name == "location":
            value = bare_location(value)
        kept.append((name, value[:VALUE]))
    return tuple(kept[:COUNT])


def bare_location(value: str) -> str:
    """Give a redirect's URL without user, query and fragment, which may carry secrets; "" when it is no URL."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


PROTOCOL = Protocol(name="https", port=443, alpn=("http/1.1",), begin=Request)
"""HTTP/2 is not offered: a server must then speak HTTP/1.1, which is all that one request needs."""
