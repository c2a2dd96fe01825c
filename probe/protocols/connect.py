"""A tunnel through an HTTP proxy: the method CONNECT (RFC 9110 section 9.3.6) and the proxy's answer.

The name of the target is given to the proxy as it is; credentials are those of the scheme Basic (RFC 7617), sent with the first request as curl does.
"""

import re
from collections.abc import Iterable

import h11

from probe import VERSION
from probe.facts.observation import Ending, How, Local
from probe.protocols.https import bare_location
from probe.protocols.login import Login
from probe.protocols.negotiation import BODY, bare
from probe.protocols.protocol import Words

HEAD = 16 * 1024
"""Bytes of the proxy's answer up to its body; more than that is no answer."""
RECEIVED = 64 * 1024
"""Bytes that are taken altogether before the proxy has consented."""
VALUE, COUNT = 200, 20
FIELDS = frozenset({"content-length", "content-type", "date", "location", "proxy-authenticate", "retry-after", "server", "via", "x-squid-error"})
"""The header fields that are kept; of ``proxy-authenticate`` the scheme only, of ``location`` nothing after the path."""
ALWAYS = frozenset({"proxy-authenticate", "x-squid-error"})
"""Those that are kept also when a password was sent: words of a fixed form, in which none can be hidden."""
KNOWN = ("Basic", "Digest", "NTLM", "Negotiate", "Kerberos", "Bearer")
"""Authentication schemes by name (IANA HTTP authentication scheme registry, and those of Microsoft); any other is written as "other"."""
_SQUID = re.compile(r"ERR_[A-Z_]{1,40} \d{1,5}")


class Connecting:
    """One CONNECT and its answer. ``host`` is a name or an IP literal without brackets."""

    def __init__(self, host: str, port: int, login: Login | None = None) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)
        self._login = login
        where = f"[{host.partition('%')[0]}]:{port}" if ":" in host else f"{host}:{port}"
        proof = [("Proxy-Authorization", f"Basic {login.basic.decode()}")] if login else []
        request = h11.Request(method="CONNECT", target=where, headers=[("Host", where), ("User-Agent", f"probe/{VERSION}"), *proof])
        self._pending = b"".join(self._connection.send(one) or b"" for one in (request, h11.EndOfMessage()))
        self._head = b""
        self._received = 0
        self._status: int | None = None
        self._fields: tuple[tuple[str, str], ...] = ()
        self._body = bytearray()
        self._rest = b""
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
        self._head += data[: BODY - len(self._head)]
        if not self._head.startswith(b"HTTP/"[: len(self._head)]):
            self._end(Ending(how=How.DECLINED))
            return
        try:
            self._connection.receive_data(data)
            while not self._complete and self._event():
                pass
        except h11.RemoteProtocolError:
            too_long = self._status is None and self._received > HEAD
            self._end(self._ending or (Ending(how=How.LOCAL, local=Local.LIMIT) if too_long else Ending(how=How.DECLINED)))
            return
        if self._complete:
            return
        if not data:
            self._end(self._ending or Ending(how=How.DECLINED))
        elif self._received > RECEIVED:
            self._end(self._ending or Ending(how=How.LOCAL, local=Local.LIMIT))

    def words(self) -> Words:
        """Tell the status, the fields and the head of the page as far as they have come."""
        odd = self._status is None and self._ending is not None
        body = bare(self._head if odd else bytes(self._body), self._login, secrets_sent=True) if odd or self._body else b""
        return Words(status=self._status, fields=self._fields, body=body, ending=self._ending, complete=self._complete)

    @property
    def authenticated(self) -> bool:
        """Whether user name and password were sent."""
        return self._login is not None

    def rest(self) -> bytes:
        """What came behind the proxy's consent."""
        return self._rest

    def _event(self) -> bool:
        """Take one event from the connection; false when it has no more."""
        event = self._connection.next_event()
        if event is h11.PAUSED:
            self._rest = bytes(self._connection.trailing_data[0])
            self._end(Ending(how=How.DONE))
        elif isinstance(event, h11.Response):
            self._status = event.status_code
            self._fields = _fields(event.headers, FIELDS if self._login is None else ALWAYS)
            if not 200 <= event.status_code < 300:
                self._ending = Ending(how=How.DECLINED, code=event.status_code)
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


def _fields(headers: Iterable[tuple[bytes, bytes]], keep: frozenset[str]) -> tuple[tuple[str, str], ...]:
    kept = []
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        if name not in keep:
            continue
        if name == "proxy-authenticate":
            value = next((one for one in KNOWN if value[: len(one) + 1].strip(" ,").lower() == one.lower()), "other")
        elif name == "x-squid-error":
            found = _SQUID.match(value)
            value = found.group() if found else ""
        elif name == "location":
            value = bare_location(value)
        kept.append((name, value[:VALUE]))
    return tuple(kept[:COUNT])
