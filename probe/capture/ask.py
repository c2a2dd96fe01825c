"""One connection with one question: TCP, TLS, the first words, each as a recorded step."""

from asyncio import sleep
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from probe.capture.clock import Clock
from probe.capture.endings import CLOSED, INTERRUPTED, LIMIT, TIMED_OUT, ending
from probe.capture.way import Through, Way
from probe.capture.wire import Wire
from probe.facts.observation import Attempt, Connect, Ending, Exchange, How, Local, Preamble, Question, Tunnel
from probe.facts.target import Target
from probe.protocols import AT_ONCE, named
from probe.protocols.protocol import Asked, Conversation
from probe.tls.engine import Engine, State
from probe.tls.messages import presented

if TYPE_CHECKING:
    from probe.capture.look import Look
    from probe.tls.credential import Credential
    from probe.tls.hello import HandMade

PHASE = 10.0
"""How long a handshake, or the first words, may take altogether: a peer that sends a byte now and then gains nothing."""

LISTEN = 0.3
"""How long the line must be quiet after a handshake with a CertificateRequest before anything is written (a refusal in TLS 1.3 comes late)."""

LONGEST_LISTEN = 3.0
REST = 2.0
"""How long the rest of an answer is waited for when its status is known."""

DRAIN = 1.0
"""How long is still read after a write has failed."""

RECEIVED = 2 * 1024 * 1024
"""How many bytes are taken from one connection."""


async def ask(
    target: Target,
    address: str,
    port: int,
    question: Question,
    clock: Clock,
    deadline: float,
    record: Callable[[Attempt], None],
    credential: "Credential | None" = None,
    asked: Asked | None = None,
    through: Through | None = None,
) -> None:
    """Ask ``question`` and give the attempt to ``record``, exactly once, whatever happens, also on cancellation.

    ``address`` is an IP literal, or the name that the proxy is told which the connection goes ``through``.

    ``credential`` is the user's client certificate with its key, for a question that is to be asked with it. ``asked`` is the request of the question's
    check, in place of the usual first words.

    ``deadline`` is a point in time on ``clock``. What a peer or the network does never raises.
    """
    talk = _Talk(target, address, port, question, clock, deadline, credential, asked, through)
    try:
        await talk.run()
    finally:
        talk.close()
        record(talk.attempt())


class _Talk:
    """One attempt while it is made."""

    def __init__(
        self,
        target: Target,
        address: str,
        port: int,
        question: Question,
        clock: Clock,
        deadline: float,
        credential: "Credential | None",
        asked: Asked | None = None,
        through: Through | None = None,
    ) -> None:
        self._target = target
        self._credential = credential
        self._asked = asked
        self._address = address
        self._port = port
        self._question = question
        self._clock = clock
        self._deadline = deadline
        self._through = through
        self._way = Way(address, port, clock, deadline, through, question.mss)
        self._steps: list[Connect | Tunnel | Preamble] = []
        self._running: Callable[[Ending], Preamble] | None = None
        self._look: Look | None = None
        self._broken: OSError | None = None
        self._broken_at = 0.0
        self._received = 0
        self._engine: Engine | HandMade | None = None
        self._began = self._took = self._listened = self._round_trip = 0.0
        self._handshake_over = False
        self._failure: Ending | None = None
        self._end: Ending | None = None
        self._words_began: float | None = None
        self._words_took = 0.0
        self._words_received = 0
        self._words_ending: Ending | None = None
        self._conversation: Conversation | None = None

    async def run(self) -> None:
        """Go through the steps until one ends otherwise than done."""
        if self._question.plaintext:
            from probe.capture.look import ANY, BROKER, Look  # few checks need it

            questions = ANY if self._target.protocol != "mqtts" else BROKER
            self._look = Look(self._address, self._port, self._clock, self._deadline, self._through, questions)
            async for step in self._look.run():
                self._steps.append(step)
            return
        if self._question.pause:
            await sleep(max(0.0, min(self._question.pause, self._deadline - self._clock.now())))
        wire = await self._connect()
        if wire is None:
            return
        if self._question.bare:
            bare = named(self._target.protocol).begin
            if bare is not None:
                await self._begin(wire, bare(self._target), self._target.protocol)
            return
        asked = self._question.start
        before = self._target.protocol if asked is None else asked
        start = named(before).start if before else None
        if start is not None and not await self._begin(wire, start(self._target), before):
            return
        name = self._target.sni or self._target.name
        if self._question.raw:
            from probe.tls.hello import HandMade  # few checks need it

            self._engine = HandMade(sni=name, question=self._question, now=self._clock.now)
            await self._handshake(wire, self._engine)
            return
        alpn = self._target.alpn or named(self._target.protocol).alpn
        self._engine = engine = Engine(sni=name, question=self._question, alpn=alpn, now=self._clock.now, credential=self._credential)
        await self._handshake(wire, engine)
        # A peer may say goodbye in the very packet that completes the handshake; that it then answers nothing is a fact of its own.
        if engine.state not in (State.ESTABLISHED, State.ENDED):
            return
        if engine.certificate_requested:
            await self._listen(wire, engine)
        conversation = self._first_words()
        if conversation is not None and self._question.app and self._target.app and engine.failed_alert is None and self._meant(engine):
            await self._exchange(wire, engine, conversation)
        engine.close()
        await self._flush(wire, engine, self._clock.now() + LISTEN)

    def _meant(self, engine: Engine) -> bool:
        """Whether what is to be said may be said to this server: a secret goes to those that were judged good, also when another one answers this time."""
        if self._asked is None or not self._asked.to:
            return True
        shown = presented(engine.record(started=self._began, took=self._took))
        return bool(shown) and sha256(shown[0]).hexdigest() in self._asked.to

    def _first_words(self) -> Conversation | None:
        protocol = named(self._target.protocol)
        if self._asked is not None and protocol.ask is not None:
            return protocol.ask(self._target, self._asked)
        return protocol.begin(self._target) if protocol.begin is not None else None

    def close(self) -> None:
        """Close what is open."""
        if self._look is not None:
            self._look.close()
        self._way.close()

    def attempt(self) -> Attempt:
        """Write down what was done; a step that is still under way was interrupted."""
        steps: list[Connect | Tunnel | Preamble | Exchange] = list(self._steps)
        running = self._look.running if self._look is not None else self._running or self._way.running
        if running is not None:
            steps.append(running(INTERRUPTED))
        if self._engine is None:
            return Attempt(question=self._question, address=self._address, port=self._port, steps=tuple(steps))
        handshake = self._engine.record(
            started=self._began,
            took=self._took if self._handshake_over else self._clock.now() - self._began,
            ending=self._engine.ending(self._failure if self._handshake_over else INTERRUPTED),
            listened=self._listened,
        )
        words = () if self._words_began is None else (self._words(self._words_began),)
        return Attempt(question=self._question, address=self._address, port=self._port, steps=(*steps, handshake, *words))

    async def _connect(self) -> Wire | None:
        async for step in self._way.steps():
            self._steps.append(step)
        self._round_trip = self._way.round_trip
        return self._way.wire

    async def _begin(self, wire: Wire, conversation: Conversation, protocol: str) -> bool:
        """Have the words before TLS; whether the peer gave its go-ahead."""
        from probe.capture.begin import PATIENT, PHASE, Beginning  # only a protocol that begins in plain text needs it

        deciding = self._question.bare or self._question.start is not None or self._question.direct
        early = self._target.port in AT_ONCE.values() and self._deadline - self._clock.now() <= PATIENT * PHASE
        # At a port on which TLS usually begins at once nobody will greet: that is told soon, unless more time than usual was asked for.
        beginning = Beginning(wire, conversation, protocol, self._clock, self._deadline, hasty=deciding or early)
        self._running = beginning.step
        step = await beginning.run()
        self._running = None
        self._steps.append(step)
        self._round_trip = max(self._round_trip, beginning.round_trip)
        return step.ending.how is How.DONE

    async def _handshake(self, wire: Wire, engine: "Engine | HandMade") -> None:
        self._began = self._clock.now()
        # Half of the time that is left, at most: who is silent shall leave some for the questions that tell why.
        until = min(self._began + PHASE, self._began + max(0.0, self._deadline - self._began) / 2)
        while engine.state is State.HANDSHAKING and self._failure is None:
            await self._flush(wire, engine, until)
            if engine.state is State.HANDSHAKING:
                asked = self._clock.now()
                self._failure = await self._hear(wire, engine, until)
                self._round_trip = max(self._round_trip, self._clock.now() - asked)
            if engine.state is State.HANDSHAKING and self._failure is None and self._clock.now() > until:
                self._failure = TIMED_OUT
        if self._failure == CLOSED and self._broken is not None:
            # The reset met the writing side first; to the reading side it then looks like an end.
            self._failure = ending(self._broken)
        # The last flight of the handshake, or the alert that says why there is none.
        await self._flush(wire, engine, max(until, self._clock.now() + LISTEN))
        self._took = self._clock.now() - self._began
        self._handshake_over = True

    async def _listen(self, wire: Wire, engine: Engine) -> None:
        """Read until the line is quiet: for 300 ms, or longer on a slow line, and the longer the more comes."""
        began = self._clock.now()
        last = min(self._deadline, began + LONGEST_LISTEN)
        pause = max(LISTEN, 1.5 * self._round_trip + 0.1)
        until = min(last, began + pause)
        while self._end is None and engine.state is State.ESTABLISHED and self._clock.now() < until:
            heard = await self._hear(wire, engine, until)
            if heard == TIMED_OUT:
                break
            self._end = heard
            until = min(last, max(until, self._clock.now() + LISTEN))
        self._listened = self._clock.now() - began

    async def _exchange(self, wire: Wire, engine: Engine, conversation: Conversation) -> None:
        self._words_began = self._clock.now()
        self._conversation = conversation
        until = min(self._deadline, self._words_began + PHASE)
        if self._end is None and engine.state is State.ESTABLISHED:
            engine.write(conversation.outgoing())
        while not await self._answered(wire, engine, conversation, until):
            if conversation.words().ending is not None:
                until = min(until, self._clock.now() + REST)
            if self._broken is not None:
                until = min(until, self._broken_at + DRAIN)
            self._end = await self._hear(wire, engine, until)
            if self._end is None and self._clock.now() > until:
                self._end = TIMED_OUT
        words = conversation.words()
        if words.farewell and self._broken is None:
            engine.write(words.farewell)
        self._words_ending = words.ending or self._why(engine)
        self._words_took = self._clock.now() - self._words_began

    async def _answered(self, wire: Wire, engine: Engine, conversation: Conversation, until: float) -> bool:
        """Pass on what came and what is to be sent; whether the exchange is over."""
        data = engine.read()
        if data:
            self._words_received += len(data)
            conversation.incoming(data)
            if more := conversation.outgoing():
                engine.write(more)
        await self._flush(wire, engine, until)
        if (self._end is not None and self._end != TIMED_OUT) or engine.state is not State.ESTABLISHED:
            conversation.incoming(b"")
            return True
        return self._end is not None or conversation.words().complete

    def _why(self, engine: Engine) -> Ending:
        """Say how an exchange ended in which the peer's words are not complete."""
        if engine.state is State.FAILED and engine.failed_alert is None and engine.sent_alert is not None:
            return Ending(how=How.LOCAL, local=Local.ENGINE, code=engine.sent_alert)
        if self._broken is not None and self._end in (None, TIMED_OUT):
            return ending(self._broken)
        return self._end or CLOSED

    async def _flush(self, wire: Wire, engine: "Engine | HandMade", until: float) -> None:
        """Send what the engine has to say. An error is remembered and reading goes on: what the peer said before it hung up may still be there."""
        data = engine.outgoing()
        if not data or self._broken is not None:
            return
        try:
            await wire.write(data, until, self._question.segment)
        except OSError as error:
            self._broken, self._broken_at = error, self._clock.now()

    async def _hear(self, wire: Wire, engine: "Engine | HandMade", until: float) -> Ending | None:
        """Read once; ``None`` as long as there may be more."""
        try:
            data = await wire.read(until)
        except OSError as error:
            how = ending(error)
            if how != TIMED_OUT:
                engine.end_of_stream()
            return how
        if not data:
            engine.end_of_stream()
            return CLOSED
        self._received += len(data)
        engine.incoming(data)
        return LIMIT if self._received > RECEIVED else None

    def _words(self, began: float) -> Exchange:
        words = self._conversation.words() if self._conversation is not None else None
        return Exchange(
            started=began,
            took=self._clock.now() - began if self._words_ending is None else self._words_took,
            ending=self._words_ending or INTERRUPTED,
            protocol=self._target.protocol,
            status=words.status if words else None,
            fields=words.fields if words else (),
            body=words.body if words else b"",
            received=self._words_received,
        )
