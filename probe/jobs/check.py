"""The main job: from a target to an observation. The loop between the planner, which names the next questions, and the capture, which asks them."""

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from functools import partial
from hashlib import sha256

import cryptography
import OpenSSL

from probe import VERSION
from probe.capture.ask import ask
from probe.capture.clock import Clock
from probe.capture.resolve import resolve
from probe.capture.run import drive, drive_each, together
from probe.capture.store_password import StorePassword
from probe.capture.stores import Loaded, load, relevant
from probe.capture.turn import Turn
from probe.capture.vantage import vantage
from probe.capture.way import Through
from probe.case.case import AGAIN
from probe.case.checked import ORDINARY, first_check
from probe.case.environments import markers, misplaced
from probe.case.expected_callers import kept
from probe.case.identity import sendable
from probe.case.resolved import addresses, literal
from probe.facts.identity import Identity
from probe.facts.noun import noun
from probe.facts.observation import Attempt, Beside, Connect, Exchange, Fetch, Handshake, Lookup, Observation, Preamble, Resolution
from probe.facts.profile import Agreement
from probe.facts.target import Target
from probe.facts.trust import TrustStore
from probe.jobs.compared import Others, involved
from probe.plan import Ask, FetchIssuer, FetchStatus, Todo, first, further
from probe.protocols.login import Login
from probe.protocols.protocol import Asked
from probe.tls.credential import Credential
from probe.tls.engine import openssl_version
from probe.tls.messages import presented

ROUNDS = 8
"""How often the planner may ask on: one ordinary round, one of experiments, an issuer for each missing step of a chain, OCSP and then lists."""
RESOLVING = 10.0
"""Seconds for name resolution."""
ENOUGH = 5.0
"""Seconds that must be left for a repeated question: one that ran out of our own time would look like a fault of the peer."""
DIRECT = 3
"""Addresses that are tried for a question without the proxy."""
SLACK = 0.5
"""Seconds that the steps get to end by their own deadlines before the whole check is cut off."""

Progress = Callable[[str], None]


def stores(target: Target, password: StorePassword | None = None) -> tuple[Loaded, ...]:
    """Read the trust sources of a target; ``password`` opens those that need one. Raises ``Unusable``."""
    return tuple(load(one, password) for one in target.trust)


def observe(
    target: Target,
    trusted: tuple[Loaded, ...],
    progress: Progress = lambda _text: None,
    *,
    identity: Identity | None = None,
    credential: Credential | None = None,
    agreement: Agreement | None = None,
    login: Login | None = None,
    user: Login | None = None,
    turn: Turn | None = None,
) -> Observation:
    """Check one target and give everything that was seen, also after a timeout or Ctrl-C.

    ``progress`` is told what is being done as soon as the check has taken a second. ``credential`` proves ``identity`` to a server that asks for it.
    ``agreement`` is the profile that the check goes by. ``login`` is for the target's proxy, in place of what stands in the environment's URL.
    ``user`` is for the target itself, a broker or a WebSocket, once it was judged good.
    ``turn`` is that of several checks with one login to a directory.
    """
    made = _Check(target, trusted, progress, identity, credential, agreement, login, user)
    made.turn = turn or made.turn
    return made.run()


@noun
class Errand:
    """One of several checks that are made side by side. ``names_only``: only its name is resolved, nothing is connected to."""

    target: Target
    trusted: tuple[Loaded, ...]
    identity: Identity | None = None
    credential: Credential | None = field(default=None, repr=False)
    agreement: Agreement | None = None
    names_only: bool = False
    login: Login | None = field(default=None, repr=False)
    user: Login | None = field(default=None, repr=False)


def observe_each(errands: Sequence[Errand], at_once: int, progress: Callable[[str, str], None]) -> tuple[tuple[Observation | None, str], ...]:
    """Make several checks, ``at_once`` at the same time, each with its own time; for each what was seen and how it ended (see ``drive_each``).

    Nothing was seen of one whose turn never came. ``progress`` is told the target and what is being done there.
    """
    checks: dict[int, _Check] = {}
    turn = Turn()

    async def work(number: int, one: Errand) -> None:
        # Its clock begins with its turn.
        told = partial(progress, one.target.spelled)
        made = checks[number] = _Check(one.target, one.trusted, told, one.identity, one.credential, one.agreement, one.login, one.user)
        made.talking = True
        made.turn = turn
        await (made.resolved() if one.names_only else made.work())

    endings = drive_each([(partial(work, number, one), one.target.timeout + SLACK) for number, one in enumerate(errands)], at_once)
    return tuple((checks[number].seen(ending) if number in checks else None, ending) for number, ending in enumerate(endings))


class _Check:
    def __init__(
        self,
        target: Target,
        trusted: tuple[Loaded, ...],
        progress: Progress,
        identity: Identity | None = None,
        credential: Credential | None = None,
        agreement: Agreement | None = None,
        login: Login | None = None,
        user: Login | None = None,
    ) -> None:
        self.target = target
        self.user = user
        self.turn = Turn()
        self.login = login
        self.through: Through | None = None
        self.agreement = agreement
        self.identity = identity
        self.credential = credential
        self.trusted = trusted
        self.progress = progress
        self.clock = Clock()
        self.resolutions: list[Resolution] = []
        self.attempts: list[tuple[int, int, Attempt]] = []
        self.fetches: list[Fetch] = []
        self.lookups: list[Lookup] = []
        self.beside: Beside | None = None
        self.doing = ""
        self.talking = False
        self.others = Others(target, trusted)

    def run(self) -> Observation:
        unfinished = drive(self._work, self.target.timeout + SLACK, self._talk)
        return self._seen(unfinished)

    async def work(self) -> None:
        """The whole check, for who drives several."""
        await self._work()

    async def resolved(self) -> None:
        """Only find out where the name leads."""
        self._now(f"resolving {self.target.host}")
        self.resolutions[:] = await resolve(self.target, self.clock, min(RESOLVING, self.target.timeout), self.resolutions.append)

    def seen(self, ending: str) -> Observation:
        """What was seen until now; ``ending`` says why it ended early."""
        return self._seen(ending if ending in ("timeout", "interrupted") else "")

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
        if self.target.proxy is None or not self.target.proxy.resolves:
            if self.target.connect is None:
                self._now(f"resolving {self.target.host}")
            self.resolutions[:] = await resolve(self.target, self.clock, min(RESOLVING, deadline), self.resolutions.append)
        self.through = await self._proxy(deadline)
        todo: tuple[Todo, ...] = first(self.target, addresses(self.target, tuple(self.resolutions)), self._presenting(), self._first_check())
        if self.target.records and not todo:
            await self._look_around()
        for number in range(ROUNDS):
            if not todo or self.clock.now() >= deadline:
                return
            self._now(", ".join(dict.fromkeys(_words(one) for one in todo)))
            works = [partial(self._do, one, (number, place), deadline) for place, one in enumerate(todo)]
            await together(*works, *((self._look_around,) if self.target.records and number == 0 else ()))
            todo = further(self._seen(""))

    async def _look_around(self) -> None:
        """What else DNS and this machine say of the name."""
        from probe.jobs.records import look_around  # asked for before going live

        known = tuple(self.resolutions)
        self.beside = await look_around(self.target, known, addresses(self.target, known), self.clock, self.lookups.append)

    async def _proxy(self, deadline: float) -> Through | None:
        """The proxy to go through, if there is one."""
        proxy = self.target.proxy
        if proxy is None:
            return None
        from probe.jobs.through import through  # most checks go through no proxy

        self._now(f"looking for the proxy {proxy.place}")
        return await through(self.target, self.clock, deadline, self.login, self.resolutions.append)

    async def _do(self, one: Todo, turn: tuple[int, int], deadline: float) -> None:
        if isinstance(one, FetchIssuer):
            from probe.capture.fetch import fetch_issuer  # few checks fetch anything

            targets = tuple(dict.fromkeys(attempt.address for _, _, attempt in self.attempts))
            self.fetches.append(await fetch_issuer(one.url, targets, self.target.fetch_private, self.clock, deadline, self.target.resolver, self.through))
            return
        if isinstance(one, FetchStatus):
            from probe.capture.fetch import fetch

            targets = tuple(dict.fromkeys(attempt.address for _, _, attempt in self.attempts))
            given = (one.url, targets, self.target.fetch_private, self.clock, deadline, self.target.resolver, one.purpose, one.request, self.through)
            self.fetches.append(await fetch(*given))
            return
        if one.question.direct:
            await self._directly(one, turn, deadline)
            return
        if self.through is not None and not self.through.addresses:
            self.attempts.append((*turn, Attempt(question=one.question, address=one.address, port=one.port)))
            return
        if one.question.name.startswith(AGAIN) and self.clock.now() > deadline - min(ENOUGH, deadline / 4):
            return
        if self.target.bind and one.question.login:
            from probe.protocols.ldap_results import CREDENTIALS  # few checks bind

            async with self.turn.taken(deadline - self.clock.now()) as free:
                if not free:
                    # Without a step: it was left out, and the plan does not ask for it again.
                    self.attempts.append((*turn, Attempt(question=one.question, address=one.address, port=one.port)))
                    return
                await self._ask(one, turn, deadline)
                said = next(
                    (step for place, number, made in self.attempts if (place, number) == turn for step in made.steps if isinstance(step, Exchange)), None
                )
                self.turn.refused = said is not None and said.status == CREDENTIALS
            return
        await self._ask(one, turn, deadline)

    async def _ask(self, one: Ask, turn: tuple[int, int], deadline: float) -> None:
        """Put the question and keep what came of it."""
        credential = self.credential if one.question.with_identity else None
        await ask(
            self.target,
            one.address,
            one.port,
            one.question,
            self.clock,
            deadline,
            lambda attempt: self.attempts.append((*turn, attempt)),
            credential,
            self._asked(one),
            self.through,
        )

    async def _directly(self, one: Ask, turn: tuple[int, int], deadline: float) -> None:
        """Ask without the proxy, at the first address that accepts a connection; of those before it nothing is kept."""
        places: tuple[str, ...] = (one.address,)
        if literal(one.address) is None:
            alone = replace(self.target, proxy=None)
            found = await resolve(alone, self.clock, max(0.0, min(RESOLVING, deadline - self.clock.now())))
            self.resolutions += found
            places = addresses(alone, found)
        made = Attempt(question=one.question, address=one.address, port=one.port)
        seen: list[Attempt] = []
        for place in places[:DIRECT]:
            await ask(self.target, place, one.port, one.question, self.clock, deadline, seen.append)
            made = replace(seen[-1], address=one.address)
            if any(isinstance(step, (Preamble, Handshake)) for step in made.steps):
                break
        self.attempts.append((*turn, made))

    def _presenting(self) -> bool:
        """Whether the client certificate is presented to a server that asks for it."""
        if self.identity is None or self.credential is None:
            return False
        if not self.target.send_anyway and (misplaced(self.agreement, self.identity) or self._serving()):
            return False
        return sendable(self.identity, self.clock.taken_at, self.target.send_anyway)

    def _serving(self) -> bool:
        """Whether the certificate is one of an own server, which cannot serve here."""
        from probe.case.client_rules import serving  # most checks name no certificate

        return serving(self.agreement, self.target, self.identity) is not None

    def _first_check(self) -> str:
        """The check of the profile that takes the place of the usual first words."""
        one = first_check(self.agreement) if self.target.app else None
        return one.id if one else ""

    def _asked(self, one: Ask) -> Asked | None:
        """The request of the question's check, with its secrets; or a CONNECT, or the user's login, for the server that was judged good."""
        if one.question.level or one.question.login:
            return Asked(level=one.question.level, login=self.user, to=self._judged(one.address) if self.user else ())
        check = self.agreement.check(one.question.check) if self.agreement and one.question.check else None
        if self.agreement is None or check is None or not check.request.method:
            return None
        from probe.jobs.request import request  # most checks go by no profile

        asked = request(self.agreement, check)
        return replace(asked, to=self._judged(one.address)) if asked.hide else asked

    def _judged(self, address: str) -> tuple[str, ...]:
        """The SHA-256 of the certificate that the server at this address showed when it was asked as usual: only there is a password told."""
        usual = (attempt for _, _, attempt in self.attempts if attempt.address == address and attempt.question.name == ORDINARY)
        shown = (presented(step) for attempt in usual for step in attempt.steps if isinstance(step, Handshake))
        # Nothing shown is nobody: an empty list would mean anybody.
        return tuple(sha256(chain[0]).hexdigest() for chain in shown if chain) or ("",)

    def _seen(self, unfinished: str) -> Observation:
        # In the order in which they were begun, not in the one in which they happened to end.
        attempts = tuple(attempt for _, _, attempt in sorted(self.attempts, key=lambda one: one[:2]))
        observation = Observation(
            probe=VERSION,
            libraries=libraries(),
            taken_at=self.clock.taken_at,
            took=self.clock.now(),
            vantage=vantage(next((step.address for attempt in attempts for step in attempt.steps if isinstance(step, Connect)), None)),
            target=self.target,
            resolutions=tuple(self.resolutions),
            attempts=attempts,
            fetches=tuple(sorted(self.fetches, key=lambda one: (one.url, one.purpose, one.request))),
            unfinished=unfinished,
            identity=self.identity,
            agreement=self.agreement,
            lookups=tuple(sorted(self.lookups, key=lambda one: (one.type, -one.name.count("."), one.name))),
            beside=self.beside,
        )
        return self.others.added(with_stores(observation, self.trusted))


def with_stores(observation: Observation, trusted: tuple[Loaded, ...]) -> Observation:
    """The observation with these trust stores, of each what could matter to the chains in it."""
    marked = markers(observation.agreement, (held for one in trusted for held in one.certificates))
    certificates = (*involved(observation), *marked)
    theirs = (held for one in trusted for held in kept(observation.agreement, one.kind, one.certificates))
    certificates = tuple(dict.fromkeys((*certificates, *theirs)))
    stores: tuple[TrustStore, ...] = tuple(relevant(one, certificates) for one in trusted)
    return replace(observation, stores=stores)


def libraries() -> tuple[tuple[str, str], ...]:
    """Name the libraries that what was seen depends on, each with its version."""
    return (("pyOpenSSL", OpenSSL.__version__), ("cryptography", cryptography.__version__), ("OpenSSL", openssl_version().removeprefix("OpenSSL ")))


def _words(one: Todo) -> str:
    if isinstance(one, FetchIssuer):
        return f"fetching {one.url}"
    if isinstance(one, FetchStatus):
        return f"asking {one.url} about revocation"
    return f"connecting to {one.address} ({one.question.name})"
