"""Waiting for calls: doors that are open on this machine, and each call with its handshake and its first words recorded from our side.

Everything is bounded: calls at one time, calls that are remembered, bytes and time of each. A caller that sends a byte now and then holds up nobody else.
"""

import asyncio
import contextlib
import errno
import socket
from dataclasses import replace
from functools import partial
from ipaddress import ip_address

from OpenSSL import SSL

from probe.capture.clock import Clock
from probe.capture.endings import CLOSED, DONE, INTERRUPTED, LIMIT, TIMED_OUT, ending
from probe.capture.wire import Wire
from probe.facts.noun import noun
from probe.facts.observation import Call, Ending, Exchange, Handshake
from probe.facts.unusable import Unusable
from probe.protocols.heard import Heard
from probe.tls.answering import Answering
from probe.tls.callers import blanked, counts, harmless, plain_protocol
from probe.tls.engine import State

AT_ONCE = 256
"""Calls that are listened to at the same time; one more is closed at once and counted."""
REMEMBERED = 32
"""Connections that were no call (not one byte, or no whole ClientHello) which are recorded; further ones are counted."""
PHASE = 10.0
"""Seconds that a caller has for the handshake, and again for its first words."""
REST = 2.0
"""Seconds that the body of a request is waited for when its header has come."""
LINGER = 1.0
"""Seconds that a connection stays open behind our last word: closed with bytes unread, the caller might get a reset in place of it."""
RECEIVED = 2 * 1024 * 1024
"""Bytes that are taken from one caller."""
BACKLOG = 128
PRIVILEGED = 1024
_MAPPED = "::ffff:"


@noun
class Heed:
    """What every caller gets: how many ``calls`` are waited for, and the HTTP ``status`` of the answer."""

    calls: int
    status: int


class Door:
    """Listens from construction on ``port`` (0: any that is free) at an address of this machine, or with "" at all of them. Raises ``Unusable``."""

    def __init__(self, address: str, port: int) -> None:
        try:
            self.socket = _opened(address, port)
        except (OSError, OverflowError) as error:
            raise _unusable(address, port, error) from None
        self.port = int(self.socket.getsockname()[1])

    def close(self) -> None:
        """Let nobody in any more."""
        self.socket.close()


def _opened(address: str, port: int) -> socket.socket:
    if address:
        family = socket.AF_INET6 if ip_address(address.partition("%")[0]).version == 6 else socket.AF_INET
        door = socket.create_server((address, port), family=family, backlog=BACKLOG)
    elif socket.has_dualstack_ipv6():
        try:
            door = socket.create_server(("", port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True)
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                raise
            # IPv6 is built in and switched off.
            door = socket.create_server(("", port), backlog=BACKLOG)
    else:
        door = socket.create_server(("", port), backlog=BACKLOG)
    door.setblocking(False)
    return door


def _unusable(address: str, port: int, error: OSError | OverflowError) -> Unusable:
    number = error.errno if isinstance(error, OSError) else errno.EINVAL
    if number == errno.EADDRINUSE:
        return Unusable(
            f"Port {port} is in use by another program on this machine.",
            f"Stop that program for the test (ss -ltnp 'sport = :{port}' names it), or take another port and let the caller, or the firewall, lead there.",
        )
    if number in (errno.EACCES, errno.EPERM):
        why = f"Ports below {PRIVILEGED} belong to the administrator" if port < PRIVILEGED else "The system does not allow it"
        return Unusable(
            f"This user may not listen on port {port}. {why}.",
            "Run it as root, or listen on a port from 1024 on and let the firewall pass the calls on to it.",
        )
    if number == errno.EADDRNOTAVAIL:
        return Unusable(
            f"{address} is no address of this machine.", "Leave --address out to listen at all addresses, or name one that the machine has (ip address)."
        )
    return Unusable(f"Nothing can listen on port {port} (errno {number}).", "Try another port or address.")


class Reception:
    """Takes calls until enough have come. ``calls`` are in the order in which they began, ``passed_over`` counts the connections that are not among them."""

    def __init__(self, door: Door, context: SSL.Context, heed: Heed, clock: Clock) -> None:
        self._door = door
        self._context = context
        self._heed = heed
        self._clock = clock
        self._enough = asyncio.Event()
        self._open: dict[asyncio.Task[None], _Hearing] = {}
        self._counted = 0
        self._calls: list[Call] = []
        self._others = 0
        self.passed_over = 0

    @property
    def calls(self) -> tuple[Call, ...]:
        """What was recorded so far."""
        return tuple(sorted(self._calls, key=lambda one: one.started))

    async def run(self) -> None:
        """Take calls; returns when enough have come, and on cancellation records those that are under way."""
        accepting = asyncio.create_task(self._accept(self._door.socket))
        try:
            await self._enough.wait()
        finally:
            every = (accepting, *self._open)
            for task in every:
                task.cancel()
            await asyncio.gather(*every, return_exceptions=True)

    async def _accept(self, door: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, place = await loop.sock_accept(door)
            except OSError as error:
                # Out of descriptors, or a caller that was gone before it was let in: the next one may have more luck.
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    await asyncio.sleep(0.1)
                continue
            if len(self._open) >= AT_ONCE and not await self._room():
                connection.close()
                self.passed_over += 1
                continue
            hearing = _Hearing(connection, self._context, self._heed.status, self._clock)
            task = asyncio.create_task(self._take(connection, place, hearing))
            self._open[task] = hearing
            task.add_done_callback(partial(self._over, connection))

    def _over(self, connection: socket.socket, task: asyncio.Task[None]) -> None:
        # Also of a task that was cancelled before it began.
        connection.close()
        self._open.pop(task, None)

    async def _room(self) -> bool:
        """Make room for one more by hanging up on who has been here longest without a whole ClientHello; whether there was one."""
        longest = next((task for task, hearing in self._open.items() if hearing.idle), None)
        if longest is None:
            return False
        longest.cancel()
        await asyncio.gather(longest, return_exceptions=True)
        return True

    async def _take(self, connection: socket.socket, place: tuple[str, int], hearing: "_Hearing") -> None:
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        cancelled = True
        try:
            await hearing.run()
            cancelled = False
        finally:
            connection.close()
            self._record(hearing.call(str(place[0]), int(place[1])), cancelled)

    def _record(self, call: Call, cancelled: bool) -> None:
        if counts(call.handshake):
            if cancelled and self._enough.is_set():
                # The calls that were waited for have been heard; this one was under way and says nothing any more.
                self.passed_over += 1
                return
            if self._counted < self._heed.calls:
                self._counted += 1
                self._calls.append(call)
            else:
                self.passed_over += 1
            if self._counted >= self._heed.calls:
                self._enough.set()
        elif self._others < REMEMBERED:
            self._others += 1
            self._calls.append(call)
        else:
            self.passed_over += 1


def _strange(first: bytes) -> tuple[tuple[str, str], ...]:
    """What may be kept of words that are no HTTP request."""
    if not first:
        return ()
    kept = harmless(first)
    return (("protocol", plain_protocol(kept) or "unknown"), ("first bytes", kept.hex(" ")))


def _close(connection: socket.socket, _task: object) -> None:
    connection.close()


class _Hearing:
    """One call while it is under way."""

    def __init__(self, connection: socket.socket, context: SSL.Context, status: int, clock: Clock) -> None:
        self._socket = connection
        self._wire = Wire(connection, clock)
        self._context = context
        self._clock = clock
        self._began = clock.now()
        self._took: float | None = None
        self._engine: Answering | None = None
        self._received = 0
        self._broken: OSError | None = None
        self._end: Ending | None = None
        self._here = ""
        self._heard = Heard(status)
        self._words_began = 0.0
        self._words_took = 0.0

    @property
    def idle(self) -> bool:
        """Whether the caller has not yet said enough to be answered."""
        return self._engine is None or not self._engine.answered

    async def run(self) -> None:
        """Go as far as the caller goes."""
        await self._handshake()
        self._took = self._clock.now() - self._began
        engine = self._engine
        if engine is None:
            return
        if engine.state is State.ESTABLISHED:
            await self._words(engine)
        if not self._hung_up():
            engine.close()
            await self._flush(engine, self._clock.now() + LINGER)
            await self._linger()

    def call(self, address: str, port: int) -> Call:
        """Write down what came. Made once, when all is over."""
        now = self._clock.now()
        engine = self._engine
        handshake = self._recorded(engine, now) if engine is not None else None
        exchange = self._exchange(now) if self._heard.received else None
        over = self._end or (INTERRUPTED if self._took is None else CLOSED)
        if exchange is not None:
            over = exchange.ending
        elif handshake is not None and handshake.ending != DONE:
            over = handshake.ending
        return Call(
            started=self._began,
            took=now - self._began,
            ending=over,
            says=handshake.says if handshake else "",
            address=address.removeprefix(_MAPPED) if "." in address else address,
            port=port,
            local=self._here,
            handshake=handshake,
            exchange=exchange,
        )

    def _recorded(self, engine: Answering, now: float) -> Handshake:
        made = engine.record(started=self._began, took=now - self._began if self._took is None else self._took, ending=engine.ending(self._failure()))
        return replace(made, messages=tuple(blanked(one) for one in made.messages), first_bytes=harmless(made.first_bytes))

    def _failure(self) -> Ending | None:
        """How the handshake ended if the engine does not know: what the network did, or our own patience."""
        if self._engine is not None and self._engine.state in (State.ESTABLISHED, State.ENDED):
            return None
        return self._end or (INTERRUPTED if self._took is None else None)

    def _exchange(self, now: float) -> Exchange:
        words = self._heard.words()
        return Exchange(
            started=self._words_began,
            took=self._words_took or now - self._words_began,
            ending=words.ending or self._end or INTERRUPTED,
            protocol="https",
            status=words.status,
            fields=words.fields or _strange(self._heard.strange),
            received=self._heard.received,
        )

    async def _handshake(self) -> None:
        with contextlib.suppress(OSError):
            here = str(self._socket.getsockname()[0])
            self._here = here.removeprefix(_MAPPED) if "." in here else here
        until = self._began + PHASE
        while self._end is None:
            data = await self._hear(until)
            if data is None:
                return
            if self._engine is None:
                # Not before: a hundred silent connections cost next to nothing.
                self._engine = Answering(context=self._context, now=self._clock.now)
            engine = self._engine
            engine.incoming(data)
            await self._flush(engine, until)
            if engine.state is not State.HANDSHAKING or engine.plain:
                return
            if self._clock.now() > until:
                self._end = TIMED_OUT

    async def _words(self, engine: Answering) -> None:
        self._words_began = self._clock.now()
        until = self._words_began + PHASE
        while True:
            # What came together with the last message of the handshake is there already.
            self._heard.incoming(engine.read())
            if self._heard.request_seen:
                until = min(until, self._clock.now() + REST)
            if self._heard.words().complete or engine.state is not State.ESTABLISHED:
                break
            data = await self._hear(until)
            if data is not None:
                engine.incoming(data)
                if self._clock.now() <= until:
                    continue
                self._end = TIMED_OUT
            self._heard.incoming(engine.read())
            self._heard.answer()
            break
        answer = self._heard.outgoing()
        if answer:
            engine.write(answer)
            await self._flush(engine, self._clock.now() + LINGER)
        self._words_took = self._clock.now() - self._words_began

    async def _hear(self, until: float) -> bytes | None:
        """Read once; ``None`` when there is no more, and ``_end`` says why."""
        try:
            data = await self._wire.read(until)
        except OSError as error:
            self._end = ending(error)
            if self._end != TIMED_OUT and self._engine is not None:
                self._engine.end_of_stream()
            return None
        if not data:
            self._end = CLOSED
            if self._engine is not None:
                self._engine.end_of_stream()
            return None
        self._received += len(data)
        if self._received > RECEIVED:
            self._end = LIMIT
            return None
        return data

    def _hung_up(self) -> bool:
        return self._broken is not None or (self._end is not None and self._end not in (TIMED_OUT, LIMIT))

    async def _flush(self, engine: Answering, until: float) -> None:
        data = engine.outgoing()
        if not data or self._broken is not None:
            return
        try:
            await self._wire.write(data, until)
        except OSError as error:
            # What the caller said before it hung up may still be there to be read.
            self._broken = error

    async def _linger(self) -> None:
        """Say that we are done, and read until the caller is done too, for a moment."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            until = self._clock.now() + LINGER
            taken = 0
            while taken < RECEIVED and self._clock.now() < until:
                data = await self._wire.read(until)
                if not data:
                    return
                taken += len(data)
