"""The main job: from a target to an observation. The loop between the planner, which names the next questions, and the capture, which asks them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import cryptography
import OpenSSL

from probe import VERSION
from probe.capture.ask import ask
from probe.capture.clock import Clock
from probe.capture.resolve import resolve
from probe.capture.run import drive, together
from probe.capture.stores import Loaded, load, relevant
from probe.capture.vantage import vantage
from probe.case.case import AGAIN
from probe.case.resolved import addresses
from probe.facts.observation import Attempt, Fetch, Observation, Resolution
from probe.facts.target import Target
from probe.facts.trust import TrustStore
from probe.jobs.compared import Others, involved
from probe.plan import FetchIssuer, FetchStatus, Todo, first, further
from probe.tls.engine import openssl_version

ROUNDS = 8
"""How often the planner may ask on: one ordinary round, one of experiments, an issuer for each missing step of a chain, OCSP and then lists."""
RESOLVING = 10.0
"""Seconds for name resolution."""
ENOUGH = 5.0
"""Seconds that must be left for a repeated question: one that ran out of our own time would look like a fault of the peer."""
SLACK = 0.5
"""Seconds that the steps get to end by their own deadlines before the whole check is cut off."""

Progress = Callable[[str], None]


def stores(target: Target) -> tuple[Loaded, ...]:
    """Read the trust sources of a target. Raises ``Unusable``."""
    return tuple(load(one) for one in target.trust)


def observe(target: Target, trusted: tuple[Loaded, ...], progress: Progress = lambda _text: None) -> Observation:
    """Check one target and give everything that was seen, also after a timeout or Ctrl-C.

    ``progress`` is told what is being done as soon as the check has taken a second.
    """
    return _Check(target, trusted, progress).run()


class _Check:
    def __init__(self, target: Target, trusted: tuple[Loaded, ...], progress: Progress) -> None:
        self.target = target
        self.trusted = trusted
        self.progress = progress
        self.clock = Clock()
        self.resolutions: list[Resolution] = []
        self.attempts: list[tuple[int, int, Attempt]] = []
        self.fetches: list[Fetch] = []
        self.doing = ""
        self.talking = False
        self.others = Others(target, trusted)

    def run(self) -> Observation:
        unfinished = drive(self._work, self.target.timeout + SLACK, self._talk)
        return self._seen(unfinished)

    def _now(self, doing: str) -> None:
        """Remember what is being done; say it if the check has turned out to be slow."""
        self.doing = doing
        if self.talking:
            self.progress(doing)

    def _talk(self) -> None:
        self.talking = True
        self.progress(self.doing)

    async def _work(self) -> None:
        deadline = self.target.timeout
        if self.target.connect is None:
            self._now(f"resolving {self.target.host}")
        self.resolutions[:] = await resolve(self.target, self.clock, min(RESOLVING, deadline), self.resolutions.append)
        todo: tuple[Todo, ...] = first(self.target, addresses(self.target, tuple(self.resolutions)))
        for number in range(ROUNDS):
            if not todo or self.clock.now() >= deadline:
                return
            self._now(", ".join(dict.fromkeys(_words(one) for one in todo)))
            await together(*(partial(self._do, one, (number, place), deadline) for place, one in enumerate(todo)))
            todo = further(self._seen(""))

    async def _do(self, one: Todo, turn: tuple[int, int], deadline: float) -> None:
        if isinstance(one, FetchIssuer):
            from probe.capture.fetch import fetch_issuer  # few checks fetch anything

            targets = tuple(dict.fromkeys(attempt.address for _, _, attempt in self.attempts))
            self.fetches.append(await fetch_issuer(one.url, targets, self.target.fetch_private, self.clock, deadline, self.target.resolver))
            return
        if isinstance(one, FetchStatus):
            from probe.capture.fetch import fetch

            targets = tuple(dict.fromkeys(attempt.address for _, _, attempt in self.attempts))
            given = (one.url, targets, self.target.fetch_private, self.clock, deadline, self.target.resolver, one.purpose, one.request)
            self.fetches.append(await fetch(*given))
            return
        if one.question.name.startswith(AGAIN) and self.clock.now() > deadline - min(ENOUGH, deadline / 4):
            return
        await ask(self.target, one.address, one.port, one.question, self.clock, deadline, lambda attempt: self.attempts.append((*turn, attempt)))

    def _seen(self, unfinished: str) -> Observation:
        # In the order in which they were begun, not in the one in which they happened to end.
        attempts = tuple(attempt for _, _, attempt in sorted(self.attempts, key=lambda one: one[:2]))
        observation = Observation(
            probe=VERSION,
            libraries=_libraries(),
            taken_at=self.clock.taken_at,
            took=self.clock.now(),
            vantage=vantage(attempts[0].address if attempts else None),
            target=self.target,
            resolutions=tuple(self.resolutions),
            attempts=attempts,
            fetches=tuple(sorted(self.fetches, key=lambda one: (one.url, one.purpose, one.request))),
            unfinished=unfinished,
        )
        return self.others.added(with_stores(observation, self.trusted))


def with_stores(observation: Observation, trusted: tuple[Loaded, ...]) -> Observation:
    """The observation with these trust stores, of each what could matter to the chains in it."""
    certificates = involved(observation)
    kept: tuple[TrustStore, ...] = tuple(relevant(one, certificates) for one in trusted)
    return replace(observation, stores=kept)


def _libraries() -> tuple[tuple[str, str], ...]:
    return (("pyOpenSSL", OpenSSL.__version__), ("cryptography", cryptography.__version__), ("OpenSSL", openssl_version().removeprefix("OpenSSL ")))


def _words(one: Todo) -> str:
    if isinstance(one, FetchIssuer):
        return f"fetching {one.url}"
    if isinstance(one, FetchStatus):
        return f"asking {one.url} about revocation"
    return f"connecting to {one.address} ({one.question.name})"
