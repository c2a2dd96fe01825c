"""What a certificate names a URL for: its issuer's certificate (RFC 5280 section 4.2.2.1), OCSP answers (RFC 6960 appendix A) and revocation lists.

The certificate is the peer's, so the URL is hostile. Only http on port 80 or from 1024 up; every address is looked at before it is connected to, and it is
that literal which is connected to, again for each redirect. Nothing is decoded and no redirect leaves this rule.

Where the check goes through a proxy, fetches do too. What the proxy makes of the name cannot be seen; it is asked only for names that lead to a permitted
address here, or for any with the user's consent to internal ones.
"""

import asyncio
from dataclasses import replace
from urllib.parse import quote, urljoin, urlsplit

import h11

from probe import VERSION
from probe.capture.clock import Clock
from probe.capture.connect import connect
from probe.capture.dns_question import ask
from probe.capture.endings import CLOSED, DONE, LIMIT, TIMED_OUT, UNUSABLE, ending
from probe.capture.internal import allowed
from probe.capture.resolve import is_literal, server
from probe.capture.system_names import system
from probe.capture.way import Through, Way
from probe.capture.wire import Wire
from probe.facts.noun import noun
from probe.facts.observation import Ending, Fetch, Hop, How, Local
from probe.facts.proxy import HTTP

BODY = 128 * 1024
LIST = 8 * 1024 * 1024
HEADERS = 16 * 1024
REDIRECTS = 3
SECONDS = 5.0
LIST_SECONDS = 10.0
URL = 2000
ADDRESSES = 3

_SCHEME = Ending(how=How.LOCAL, local=Local.SCHEME)
_PRIVATE = Ending(how=How.LOCAL, local=Local.PRIVATE_ADDRESS)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@noun
class _Place:
    """Where a URL leads: ``host`` is a name or an IP literal without brackets, ``field`` the Host header."""

    host: str
    port: int
    field: str
    path: str


@noun
class _Answer:
    status: int
    location: str | None
    body: bytes


class Fetcher:
    """One fetch with its limits; ``hops`` and ``body`` hold what is known, also when it is cancelled.

    ``most`` is the largest body in bytes; ``posted`` is sent with POST, to each redirect again, if there is any.
    """

    def __init__(
        self,
        target_addresses: tuple[str, ...],
        allow_private: bool,
        resolver: str | None,
        clock: Clock,
        until: float,
        most: int = BODY,
        posted: bytes = b"",
        through: Through | None = None,
    ) -> None:
        self._targets = target_addresses
        self._allow_private = allow_private
        self._resolver = resolver
        self._clock = clock
        self._until = until
        self._most = most
        self._posted = posted
        self._through = through
        self.hops: list[Hop] = []
        self.body = b""

    async def run(self, url: str) -> Ending:
        """Follow the URL to its document. Raises ``OSError`` for what the network does."""
        for _ in range(REDIRECTS + 1):
            self.hops.append(Hop(url=url[:URL]))
            place = _place(url)
            if place is None:
                return _SCHEME
            answer = await self._get(place)
            if isinstance(answer, Ending):
                return answer
            self.hops[-1] = replace(self.hops[-1], status=answer.status)
            if answer.status in _REDIRECTS and answer.location:
                try:
                    url = urljoin(url, answer.location)
                except ValueError:
                    return _SCHEME
                continue
            if answer.status != 200:
                return Ending(how=How.DECLINED, code=answer.status)
            self.body = answer.body
            return DONE if answer.body else UNUSABLE
        return LIMIT

    async def _by_proxy(self, place: _Place, through: Through) -> _Answer | Ending:
        if not self._allow_private:
            addresses, how = await self._addresses(place.host)
            if not addresses:
                return how
            if refused := [one for one in addresses if not allowed(one, self._targets, self._allow_private)]:
                self.hops[-1] = replace(self.hops[-1], address=refused[0])
                return _PRIVATE
        if through.proxy.scheme != HTTP:
            way = Way(place.host, place.port, self._clock, self._until, through)
            try:
                ends = [step.ending async for step in way.steps()]
                if way.wire is None:
                    return ends[-1] if ends else UNUSABLE
                return await self._request(way.wire, place)
            finally:
                way.close()
        last = UNUSABLE
        for address in through.addresses[:ADDRESSES]:
            step, wire = await connect(address, through.proxy.port, self._clock, self._until)
            last = step.ending
            if wire is not None:
                try:
                    return await self._request(wire, place, through)
                finally:
                    wire.close()
        return last

    async def _get(self, place: _Place) -> _Answer | Ending:
        if self._through is not None:
            return await self._by_proxy(place, self._through)
        addresses, how = await self._addresses(place.host)
        if not addresses:
            return how
        permitted = [one for one in addresses if allowed(one, self._targets, self._allow_private)]
        if not permitted:
            self.hops[-1] = replace(self.hops[-1], address=addresses[0])
            return _PRIVATE
        last = TIMED_OUT
        for address in permitted[:ADDRESSES]:
            self.hops[-1] = replace(self.hops[-1], address=address)
            step, wire = await connect(address, place.port, self._clock, self._until)
            last = step.ending
            if wire is not None:
                try:
                    return await self._request(wire, place)
                finally:
                    wire.close()
        return last

    async def _addresses(self, host: str) -> tuple[tuple[str, ...], Ending]:
        if is_literal(host):
            return (host,), DONE
        if self._resolver is None or host == "localhost":
            one = await system(host, self._clock, self._until)
            return one.addresses, one.ending if one.ending.how is not How.DONE else UNUSABLE
        servers = (server(self._resolver),)
        answers = await asyncio.gather(*(ask(host, kind, servers, self._clock, self._until) for kind in ("A", "AAAA")))
        found = tuple(address for one in answers for address in one.addresses)
        return found, next((one.ending for one in answers if one.ending.how is not How.DONE), UNUSABLE)

    async def _request(self, wire: Wire, place: _Place, proxy: Through | None = None) -> _Answer | Ending:
        """Ask at the other end of the wire; with the whole URL where that is a ``proxy`` (RFC 9112 section 3.2.2)."""
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADERS)
        headers = [("Host", place.field), ("User-Agent", f"probe/{VERSION}"), ("Accept", "*/*"), ("Connection", "close")]
        if self._posted:
            headers += [("Content-Type", "application/ocsp-request"), ("Content-Length", str(len(self._posted)))]
        if proxy is not None and proxy.login is not None:
            headers.append(("Proxy-Authorization", f"Basic {proxy.login.basic.decode()}"))
        where = f"http://{place.field}{place.path}" if proxy is not None else place.path
        request = h11.Request(method="POST" if self._posted else "GET", target=where, headers=headers)
        words = (request, *((h11.Data(data=self._posted),) if self._posted else ()), h11.EndOfMessage())
        await wire.write(b"".join(connection.send(one) or b"" for one in words), self._until)
        received = 0
        response: h11.Response | None = None
        body = bytearray()
        while True:
            try:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    data = await wire.read(self._until)
                    if self._clock.now() > self._until:
                        return TIMED_OUT
                    received += len(data)
                    if received > HEADERS + 2 * self._most:
                        return LIMIT
                    if not data and response is None:
                        return UNUSABLE if received else CLOSED
                    connection.receive_data(data)
                    continue
            except h11.RemoteProtocolError:
                return LIMIT if response is None and received > HEADERS else UNUSABLE
            if isinstance(event, h11.Response):
                response = event
                if event.status_code != 200:
                    return _Answer(status=event.status_code, location=_location(event), body=b"")
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self._most:
                    return LIMIT
            elif isinstance(event, h11.EndOfMessage):
                return _Answer(status=200, location=None, body=bytes(body))
            elif not isinstance(event, h11.InformationalResponse):
                return UNUSABLE


async def fetch_issuer(
    url: str,
    target_addresses: tuple[str, ...],
    allow_private: bool,
    clock: Clock,
    deadline: float,
    resolver: str | None = None,
    through: Through | None = None,
) -> Fetch:
    """Fetch an issuer's certificate from ``url``; see ``fetch``."""
    return await fetch(url, target_addresses, allow_private, clock, deadline, resolver, through=through)


async def fetch(
    url: str,
    target_addresses: tuple[str, ...],
    allow_private: bool,
    clock: Clock,
    deadline: float,
    resolver: str | None = None,
    purpose: str = "issuer",
    request: bytes = b"",
    through: Through | None = None,
) -> Fetch:
    """Fetch the document behind ``url``: three redirects at most, ``deadline`` being a point in time on ``clock``.

    ``purpose`` is issuer or ocsp (128 KiB and five seconds at most) or crl (8 MiB, ten seconds). ``request`` is posted if there is any.
    Internal addresses are refused unless one of ``target_addresses`` is of the same kind or ``allow_private`` is set. ``resolver`` is asked in place of
    the system's; ``through`` is the proxy to go through. Never raises for what a peer does; cancellation goes through.
    """
    started = clock.now()
    most, seconds = (LIST, LIST_SECONDS) if purpose == "crl" else (BODY, SECONDS)
    fetcher = Fetcher(target_addresses, allow_private, resolver, clock, min(deadline, started + seconds), most, request, through)
    try:
        how = await fetcher.run(url)
    except OSError as error:
        how = ending(error)
    took = clock.now() - started
    return Fetch(started=started, took=took, ending=how, url=url[:URL], purpose=purpose, request=request, hops=tuple(fetcher.hops), body=fetcher.body)


def _place(url: str) -> _Place | None:
    """Take a URL apart; ``None`` for one that is not followed: another scheme, a user, a zone, a port under 1024 other than 80, odd characters."""
    if len(url) > URL or not url.isascii() or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError:
        return None
    host = parts.hostname
    if parts.scheme != "http" or not host or "@" in parts.netloc or "%" in host or (port != 80 and port < 1024):
        return None
    if not all(one.isalnum() or one in "-._:" for one in host):
        return None
    shown = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{quote(parts.query, safe='/%:@!$&()*+,;=?~-._')}" if parts.query else "")
    return _Place(host=host, port=port, field=shown if port == 80 else f"{shown}:{port}", path=path if path.startswith("/") else f"/{path}")


def _location(response: h11.Response) -> str | None:
    return next((value.decode("latin-1") for name, value in response.headers if name == b"location"), None)
