"""A plaintext look at a port that does not seem to speak TLS: listen, then ask harmlessly in HTTP, then in LDAP; where a broker is meant, in MQTT first."""

from collections.abc import AsyncIterator, Callable

from probe.capture.clock import Clock
from probe.capture.endings import CLOSED, DONE, TIMED_OUT, ending
from probe.capture.way import Through, Way
from probe.capture.wire import Wire
from probe.facts.observation import Connect, Ending, How, Preamble, Tunnel
from probe.protocols.ldaps import request as root_dse
from probe.protocols.mqtts import IMPOSSIBLE

BANNER = 1.5
ANSWER = 2.0
QUIET = 0.3
KEPT = 1024

HTTP = b"GET / HTTP/1.0\r\n\r\n"
"""Older than the Host field, so that no name has to be told; a server of any age answers it somehow."""

Questions = tuple[tuple[bytes, ...], ...]
ANY: Questions = ((b"", HTTP), (root_dse(),))
"""What is asked on each connection, one after the other; an empty question is to listen."""
BROKER: Questions = ((IMPOSSIBLE,), *ANY)
"""A broker never speaks first, and hangs up on everything but MQTT without a word."""

Running = Callable[[Ending], Connect | Tunnel | Preamble]


class Look:
    """Connections to one address on which plain bytes are exchanged. ``running`` writes down the step that is under way, if there is one."""

    def __init__(self, address: str, port: int, clock: Clock, deadline: float, through: Through | None = None, questions: Questions = ANY) -> None:
        self._questions = questions
        self._address = address
        self._port = port
        self._clock = clock
        self._deadline = deadline
        self._through = through
        self._way: Way | None = None
        self._talking: Running | None = None

    @property
    def running(self) -> Running | None:
        """Writes down the step that is under way."""
        return self._talking or (self._way.running if self._way is not None else None)

    async def run(self) -> AsyncIterator[Connect | Tunnel | Preamble]:
        """Give the steps as they end."""
        for questions in self._questions:
            self._way = way = Way(self._address, self._port, self._clock, self._deadline, self._through)
            async for step in way.steps():
                yield step
            if way.wire is None:
                return
            preamble = await self._talk(way.wire, questions)
            self.close()
            yield preamble
            # Who hangs up before a word was said will do so again.
            if preamble.received or (not preamble.sent and preamble.ending.how is not How.TIMED_OUT) or self._clock.now() > self._deadline:
                return

    def close(self) -> None:
        """Close what is open."""
        if self._way is not None:
            self._way.close()
            self._way = None

    async def _talk(self, wire: Wire, questions: tuple[bytes, ...]) -> Preamble:
        """Put the questions (an empty one is to listen) until one brings bytes or the connection is over."""
        started = self._clock.now()
        sent = received = b""

        def preamble(how: Ending) -> Preamble:
            return Preamble(started=started, took=self._clock.now() - started, ending=how, sent=sent, received=received)

        self._talking = preamble
        how = TIMED_OUT
        for question in questions:
            until = min(self._deadline, self._clock.now() + (ANSWER if question else BANNER))
            try:
                if question:
                    sent += question
                    await wire.write(question, until)
                while len(received) < KEPT:
                    piece = await wire.read(until)
                    if not piece:
                        how = DONE if received else CLOSED
                        break
                    received = (received + piece)[:KEPT]
                    until = min(until, self._clock.now() + QUIET)
                    if self._clock.now() >= self._deadline:
                        break
            except OSError as error:
                how = ending(error)
            if received:
                how = DONE
            if how != TIMED_OUT:
                break
        self._talking = None
        return preamble(how)
