"""The words before TLS (StartTLS) over a wire, as one recorded step."""

from probe.capture.clock import Clock
from probe.capture.endings import CLOSED, LIMIT, TIMED_OUT, ending
from probe.capture.wire import Wire
from probe.facts.observation import Ending, How, Preamble
from probe.protocols.protocol import Conversation

PHASE = 10.0
"""Seconds for all the words together: some servers let a new client wait for their greeting."""
PATIENT = 6
"""With more time for the whole check than usual, this part of what is left is waited instead: clients of mail wait for minutes (RFC 5321 section 4.5.3.2.1)."""
HASTY = 3.0
"""Seconds for words that only decide between two causes."""

KEPT = 1024
RECEIVED = 256 * 1024
"""Bytes that are taken before the go-ahead; no greeting with all its capabilities has a hundredth of it."""


class Beginning:
    """The words before TLS while they are spoken. ``deadline`` is a point in time on ``clock``; ``round_trip`` is the longest wait for an answer.

    ``hasty``: they only decide between two causes, and are given less time.
    """

    def __init__(self, wire: Wire, conversation: Conversation, protocol: str, clock: Clock, deadline: float, *, hasty: bool = False) -> None:
        self._wire = wire
        self._conversation = conversation
        self._protocol = protocol
        self._clock = clock
        self._deadline = deadline
        self._phase = HASTY if hasty else PHASE
        self._began = clock.now()
        self._sent = self._received = b""
        self._count = 0
        self._late = b""
        self.round_trip = 0.0

    async def run(self) -> Preamble:
        """Speak until the peer gave its go-ahead, refused, or is gone. What it does never raises."""
        # Half of the time that is left, at most: who is silent shall leave some for the questions that tell why.
        left = max(0.0, self._deadline - self._began)
        until = self._began + max(min(self._phase, left / 2), left / PATIENT if self._phase == PHASE else 0.0)
        words = self._conversation
        how: Ending | None = None
        broken: OSError | None = None
        while how is None and not words.words().complete:
            if out := words.outgoing():
                self._sent = (self._sent + out)[:KEPT]
                try:
                    await self._wire.write(out, until)
                except OSError as error:
                    # What the peer said before it hung up may still be there.
                    broken = broken or error
            how = await self._hear(until)
        if how == CLOSED and broken is not None:
            how = ending(broken)
        said = words.words().ending
        if said is not None and said.how is How.DONE:
            # Where the peer needs no further answer, the request is the last word.
            broken = await self._last(words.outgoing(), until)
            if broken is not None:
                return self.step(ending(broken))
            await self._surplus()
        return self.step(said or how or CLOSED)

    def step(self, how: Ending) -> Preamble:
        """Write the step down as it stands now."""
        words = self._conversation.words()
        return Preamble(
            started=self._began,
            took=self._clock.now() - self._began,
            ending=how,
            sent=self._sent,
            received=self._received,
            protocol=self._protocol,
            status=words.status,
            fields=words.fields,
            surplus=(words.surplus + self._late)[:KEPT],
        )

    async def _hear(self, until: float) -> Ending | None:
        asked = self._clock.now()
        if asked >= until:
            return TIMED_OUT
        try:
            data = await self._wire.read(until)
        except OSError as error:
            return ending(error)
        self.round_trip = max(self.round_trip, self._clock.now() - asked)
        self._received = (self._received + data)[:KEPT]
        self._count += len(data)
        self._conversation.incoming(data)
        if not data:
            return CLOSED
        return LIMIT if self._count > RECEIVED else None

    async def _last(self, out: bytes, until: float) -> OSError | None:
        self._sent = (self._sent + out)[:KEPT]
        try:
            if out:
                await self._wire.write(out, until)
        except OSError as error:
            return error
        return None

    async def _surplus(self) -> None:
        """Take what has come after the go-ahead although it was our turn; it must not reach TLS."""
        try:
            self._late = (await self._wire.read(self._clock.now()))[:KEPT]
        except OSError:
            return
