"""The way to the target: a TCP connection, and through a proxy the words that make it a tunnel. Each is a recorded step."""

from collections.abc import AsyncIterator, Callable

from probe.capture.clock import Clock
from probe.capture.connect import connect, made
from probe.capture.endings import CLOSED, TIMED_OUT, ending
from probe.capture.wire import Wire
from probe.facts.observation import Connect, Ending, How, Tunnel
from probe.facts.proxy import HTTP, Proxy
from probe.protocols.login import Login
from probe.protocols.negotiation import Negotiation

PHASE = 10.0
"""Seconds for the proxy's consent: it has to find and reach the target first."""
REST = 2.0
"""Seconds for the rest of a proxy's page once its status is known."""


class Through:
    """A proxy with the addresses that its name leads to, and the login for it. It is never written down."""

    __slots__ = ("addresses", "login", "proxy")

    def __init__(self, proxy: Proxy, addresses: tuple[str, ...], login: Login | None = None) -> None:
        self.proxy = proxy
        self.addresses = addresses
        self.login = login

    def negotiation(self, host: str, port: int) -> Negotiation:
        """The words with which this proxy is asked for a tunnel."""
        if self.proxy.scheme == HTTP:
            from probe.protocols.connect import Connecting  # most checks go through no proxy

            return Connecting(host, port, self.login)
        from probe.protocols.socks import Socks4, Socks5

        return (Socks4 if self.proxy.scheme in ("socks4", "socks4a") else Socks5)(host, port, self.login)

    def __repr__(self) -> str:
        return f"Through({self.proxy.url})"


class Way:
    """One connection while it is made. ``running`` writes down the step that is under way, ``wire`` is there once the target can be spoken to.

    ``deadline`` is a point in time on ``clock``, ``mss`` the largest TCP segment in bytes (0: as usual). ``round_trip`` is the longest wait, in seconds.
    """

    def __init__(self, address: str, port: int, clock: Clock, deadline: float, through: Through | None = None, mss: int = 0) -> None:
        self._address = address
        self._port = port
        self._clock = clock
        self._deadline = deadline
        self._through = through
        self._mss = mss
        self._open: Wire | None = None
        self.running: Callable[[Ending], Connect | Tunnel] | None = None
        self.wire: Wire | None = None
        self.round_trip = 0.0

    async def steps(self) -> AsyncIterator[Connect | Tunnel]:
        """Give the steps as they end. What the network and the proxy do never raises."""
        places = ((one, self._through.proxy.port) for one in self._through.addresses) if self._through else ((self._address, self._port),)
        for address, port in places:
            yield await self._connect(address, port)
            if self._open is not None:
                break
        if self._open is None:
            return
        if self._through is None:
            self.wire = self._open
            return
        asking = _Asking(self._open, self._through, self._address, self._port, self._clock, self._deadline)
        self.running = asking.step
        step = await asking.run()
        self.running = None
        self.round_trip = max(self.round_trip, step.took)
        if step.ending.how is How.DONE:
            self.wire = self._open
        yield step

    def close(self) -> None:
        """Close what is open."""
        if self._open is not None:
            self._open.close()
            self._open = self.wire = None

    async def _connect(self, address: str, port: int) -> Connect:
        started = self._clock.now()
        self.running = lambda how: made(address, port, started, self._clock, how)
        step, self._open = await connect(address, port, self._clock, self._deadline, self._mss)
        self.running = None
        self.round_trip = max(self.round_trip, step.took)
        return step


class _Asking:
    """The words with the proxy while they are spoken."""

    def __init__(self, wire: Wire, through: Through, host: str, port: int, clock: Clock, deadline: float) -> None:
        self._wire = wire
        self._through = through
        self._host = host
        self._port = port
        self._clock = clock
        self._deadline = deadline
        self._words = through.negotiation(host, port)
        self._began = clock.now()

    async def run(self) -> Tunnel:
        until = min(self._began + PHASE, self._began + max(0.0, self._deadline - self._began) / 2)
        how: Ending | None = None
        broken: OSError | None = None
        while not self._words.words().complete and how is None:
            if out := self._words.outgoing():
                try:
                    await self._wire.write(out, until)
                except OSError as error:
                    # What the proxy said before it hung up may still be there.
                    broken = broken or error
            if self._words.words().ending is not None:
                until = min(until, self._clock.now() + REST)
            how = await self._hear(until)
        if how == CLOSED and broken is not None:
            how = ending(broken)
        said = self._words.words().ending
        if said is not None and said.how is How.DONE and (rest := self._words.rest()):
            self._wire.unread(rest)
        return self.step(said or how or CLOSED)

    def step(self, how: Ending) -> Tunnel:
        """Write the step down as it stands now."""
        words = self._words.words()
        return Tunnel(
            started=self._began,
            took=self._clock.now() - self._began,
            ending=how,
            proxy=self._through.proxy.url,
            host=self._host,
            port=self._port,
            status=words.status,
            fields=words.fields,
            body=words.body,
            authenticated=self._words.authenticated,
        )

    async def _hear(self, until: float) -> Ending | None:
        if self._clock.now() >= until:
            return TIMED_OUT
        try:
            data = await self._wire.read(until)
        except OSError as error:
            return ending(error)
        self._words.incoming(data)
        return None if data else CLOSED
