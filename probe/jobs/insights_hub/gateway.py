"""Requests with a secret: the gateway is judged as any other endpoint first, and only a connection to what was judged good carries the token."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from probe.capture.ask import ask
from probe.capture.clock import Clock
from probe.capture.run import drive
from probe.capture.stores import Loaded
from probe.case.case import cases
from probe.case.registration.requests import Wanted
from probe.diagnose import diagnose
from probe.facts.noun import noun
from probe.facts.observation import Attempt, Exchange, Observation, Question
from probe.jobs.check import SLACK, observe, with_stores
from probe.jobs.insights_hub.place import Place
from probe.jobs.insights_hub.token import Token
from probe.jobs.through import through
from probe.protocols.login import Login
from probe.protocols.protocol import Asked
from probe.report import Report
from probe.report.compose import compose, exit_code

TRIES = 3
"""Connections for one request: behind one name there may be machines with different certificates, each of which is judged before it hears anything."""
Progress = Callable[[str], None]


@noun
class Heard:
    """What became of a request: the answer, or the diagnosis of a connection that cannot be used, or nothing.

    ``clock`` is the one that its times count on.
    """

    exchange: Exchange | None = None
    connection: Report | None = None
    interrupted: bool = False
    clock: Clock | None = None


class Gateway:
    """One gateway. The first request judges it; whatever is wrong with its TLS is then the diagnosis that ``check`` would give."""

    def __init__(self, place: Place, trusted: tuple[Loaded, ...], token: Token, progress: Progress, login: Login | None = None) -> None:
        self.place = place
        self._trusted = trusted
        self._token = token
        self._progress = progress
        self._login = login
        self._good: dict[str, None] = {}
        self._judged: Observation | None = None
        self._address: tuple[str, int] = ("", 0)

    def __repr__(self) -> str:
        return f"Gateway({self.place.name!r})"

    def ask(self, wanted: Wanted) -> Heard:
        """Send one request and give what came. Never raises for what the other side does."""
        if self._judged is None and (unusable := self._judge()):
            return unusable
        for _ in range(TRIES):
            attempt, interrupted, clock = self._send(wanted)
            exchange = next((one for one in attempt.steps if isinstance(one, Exchange)), None) if attempt else None
            if interrupted or exchange is not None:
                return Heard(exchange=exchange, interrupted=interrupted, clock=clock)
            if attempt is None:
                return Heard(clock=clock)
            if unusable := self._judge_again(attempt):
                return unusable
        return Heard(clock=clock)

    def _judge(self) -> Heard | None:
        """Look at the gateway as ``check`` does, without a word after the handshake; ``None`` when the token may be sent to it."""
        found = observe(replace(self.place.target, app=False), self._trusted, self._progress, login=self._login)
        if found.unfinished == "interrupted":
            return Heard(interrupted=True)
        self._judged = found
        return self._accept(found)

    def _judge_again(self, attempt: Attempt) -> Heard | None:
        """The gateway showed another certificate this time, or the connection failed: judge what was seen."""
        if self._judged is None:
            return Heard()
        seen = replace(self._judged, attempts=(attempt,), target=replace(self.place.target, app=False), compared=())
        return self._accept(with_stores(seen, self._trusted))

    def _accept(self, seen: Observation) -> Heard | None:
        report = compose((diagnose(seen),))
        if exit_code(report) != 0:
            return Heard(connection=report)
        usable = [one for one in cases(seen) if one.established and one.chain_accepted and one.presented and one.address]
        for one in usable:
            self._good[sha256(one.presented[0].der).hexdigest()] = None
        if not usable:
            return Heard(connection=report)
        self._address = (usable[0].address or "", self.place.target.connect_port or self.place.target.port)
        return None

    def _send(self, wanted: Wanted) -> tuple[Attempt | None, bool, Clock]:
        clock, made = Clock(), list[Attempt]()
        target = replace(self.place.target, app=True)
        question = Question(with_sni=target.sni is not None, tls_min=target.tls_min, tls_max=target.tls_max)
        asked = spoken(wanted, self._token, tuple(self._good))

        async def work() -> None:
            way = await through(target, clock, target.timeout, self._login)
            await ask(target, *self._address, question, clock, target.timeout, made.append, None, asked, way)

        ended = drive(work, target.timeout + SLACK, lambda: self._progress(wanted.doing))
        return (made[0] if made else None), ended == "interrupted", clock


def spoken(wanted: Wanted, token: Token, to: tuple[str, ...] = ()) -> Asked:
    """The request as it goes out, with the token."""
    typed = (("Content-Type", "application/json"),) if wanted.body else ()
    headers = (("Authorization", f"Bearer {token.value}"), *typed)
    return Asked(method=wanted.method, path=wanted.path, headers=headers, body=wanted.body, hide=(token.value.encode(),), to=to)
