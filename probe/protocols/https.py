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
from probe.protocols.protocol import Asked, Protocol, Words

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
ANSWER = 64 * 1024
"""Bytes that are kept of the answer to a profile's check: an application says at the end of its document how it went."""
HIDDEN = b"(hidden)"
"""What stands in an answer in place of a secret that it repeats."""
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


def path_of(target: Target) -> str:
    """Give the path of the target as it is sent: escaped, and at least a slash."""
    return quote(target.path or "/", safe="/%:@!$&'()*+,;=?~-._")


class Request:
    """One request, usually a ``GET``, and its answer."""

    def __init__(self, target: Target, asked: Asked | None = None) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADERS)
        self._keep = frozenset(one.lower() for one in asked.keep) if asked else frozenset()
        self._hide: tuple[bytes, ...] = asked.hide if asked else ()
        self._most = ANSWER if asked else BODY
        self._pending = self._ask(target, asked or Asked(method="GET", path=path_of(target)))
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
        elif self._received > HEADERS + 2 * self._most and not self._complete:
            self._end(self._ending or Ending(how=How.LOCAL, local=Local.LIMIT))

    def words(self) -> Words:
        """Tell the status, the fields and the head of the body as far as they have come."""
        body = self._first if self._status is None and self._ending is not None else bytes(self._body)
        kept = self._fields
        for secret in self._hide:
            body = body.replace(secret, HIDDEN)
            kept = tuple((name, value.replace(secret.decode("latin-1"), HIDDEN.decode())) for name, value in kept)
        return Words(status=self._status, fields=kept, body=body, ending=self._ending, complete=self._complete)

    def _ask(self, target: Target, asked: Asked) -> bytes:
        own = {name.lower() for name, _ in asked.headers}
        usual = [("Host", host_field(target)), ("User-Agent", f"probe/{VERSION}"), ("Accept", "*/*"), ("Connection", "close")]
        sized = [("Content-Length", str(len(asked.body)))] if asked.body or asked.method == "POST" else []
        request = h11.Request(
            method=asked.method,
            target=asked.path if asked.path.startswith("/") else f"/{asked.path}",
            headers=[*(one for one in usual if one[0].lower() not in own), *sized, *asked.headers],
        )
        parts = (request, *((h11.Data(data=asked.body),) if asked.body else ()), h11.EndOfMessage())
        return b"".join(self._connection.send(one) or b"" for one in parts)

    def _event(self) -> bool:
        """Take one event from the connection; false when it has no more."""
        return self._taken(self._connection.next_event())

    def _taken(self, event: object) -> bool:
        """Note what one event says; false when there is no more to come."""
        if isinstance(event, h11.Response):
            self._status = event.status_code
            self._fields = fields(event.headers, self._keep)
            self._ending = Ending(how=How.DECLINED, code=self._status) if self._status >= 400 else Ending(how=How.DONE)
        elif isinstance(event, h11.Data):
            self._body += event.data[: self._most - len(self._body)]
            if len(self._body) == self._most:
                self._end(self._ending)
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            if self._ending is not None:
                self._end(self._ending)
            return False
        return isinstance(event, h11.Response | h11.InformationalResponse | h11.Data)

    def _end(self, ending: Ending | None) -> None:
        self._ending, self._complete = ending, True


def fields(headers: Iterable[tuple[bytes, bytes]], more: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """Give the header fields that may be kept, names in lower case, in the order of arrival, cut to 512 characters each and 40 altogether.

    ``more`` are further names, in lower case.
    """
    kept = []
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        if name not in FIELDS and name not in more:
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


PROTOCOL = Protocol(name="https", port=443, alpn=("http/1.1",), begin=Request, ask=Request)
"""HTTP/2 is not offered: a server must then speak HTTP/1.1, which is all that one request needs."""
