"""Looking at files: from what the user typed to an observation of everything in them, with missing issuers fetched where that is wanted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from probe import VERSION
from probe.capture.clock import Clock
from probe.capture.inspect import inspected
from probe.capture.run import drive, together
from probe.capture.store_password import Passwords, StorePassword
from probe.capture.stores import Loaded
from probe.capture.stores import load as load_store
from probe.capture.vantage import vantage
from probe.case.case import addresses
from probe.case.files import Files
from probe.facts.files import Inspecting, Served
from probe.facts.noun import noun
from probe.facts.observation import Fetch, How, Observation
from probe.facts.profile import Agreement
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.jobs.check import libraries, with_stores
from probe.jobs.target import Options
from probe.jobs.wanted import OF_A_PROFILE
from probe.plan import FETCHES

ROUNDS = 4
"""How far up missing issuers are fetched one after the other; real chains have two intermediates at most."""
PROTOCOL = "files"
NAMED = 3

Progress = Callable[[str], None]


@noun
class Wishes:
    """What the options of ``inspect`` say, as typed."""

    password_env: str = ""
    trust: tuple[str, ...] = ()
    stack: str | None = None
    at: datetime | None = None
    fetch: bool = False
    fetch_private: bool = False
    timeout: float = 30.0
    against: str = ""
    saved: str = ""
    profile: str | None = None
    env: str | None = None
    endpoint: str | None = None
    var: tuple[str, ...] = ()


def inspect(
    sources: tuple[str, ...],
    wishes: Wishes,
    passwords: Passwords,
    progress: Progress = lambda _text: None,
    served: tuple[Served, ...] = (),
    stores: StorePassword | None = None,
) -> Observation:
    """Read everything, fetch what is missing if that is wanted, and give what was found; ``stores`` opens trust stores. Raises ``Unusable``."""
    if "" in sources:
        # An empty variable of the shell; as a path it would be the current folder.
        raise Unusable("One of the names is empty.", "Look whether a variable of the shell that should hold it is set.")
    target, agreement = _by_profile(_target(sources, wishes), wishes)
    clock = Clock()
    files = inspected(sources, passwords, progress)
    trusted = _trusted(wishes.trust, stores)
    seen = Observation(probe=VERSION, libraries=libraries(), taken_at=clock.taken_at, vantage=vantage(None), target=target, files=files, against=served)
    seen = replace(seen, agreement=agreement)
    seen = _knowing(seen, trusted)
    if wishes.fetch:
        seen = _fetching(seen, trusted, clock, progress)
    return replace(seen, took=clock.now())


def locked(path: str, one: Observation) -> Unusable | None:
    """What to say of a file of which nothing could be read for want of its password; ``None`` when that is not why."""
    problems = {each.problem for each in one.files}
    if not problems & {"password-missing", "password-wrong"}:
        return None
    what = "needs a password" if "password-missing" in problems else "cannot be opened with this password"
    return Unusable(f"{path} {what}.", "Put it into an environment variable and name that with --password-env NAME.")


def _target(sources: tuple[str, ...], wishes: Wishes) -> Target:
    names = tuple("the standard input" if one == "-" else one for one in sources)
    return Target(
        spelled=", ".join(names[:NAMED]) + (f" and {len(sources) - NAMED} more" if len(sources) > NAMED else ""),
        protocol=PROTOCOL,
        host="",
        port=0,
        name="",
        sni=None,
        trust=wishes.trust or ("system",),
        stack=wishes.stack,
        at=wishes.at,
        timeout=wishes.timeout,
        fetch=wishes.fetch,
        fetch_private=wishes.fetch_private,
        inspecting=Inspecting(sources=sources, password_env=wishes.password_env, against=wishes.against, saved=wishes.saved),
    )


def _by_profile(target: Target, wishes: Wishes) -> tuple[Target, Agreement | None]:
    """The profile whose rules count, if one is named. Raises ``Unusable``."""
    options = Options(profile=wishes.profile, env=wishes.env, endpoint=wishes.endpoint, var=wishes.var, trust=("none",), app=False)
    if alone := next((option for option in OF_A_PROFILE if getattr(options, option)), "") if wishes.profile is None else "":
        raise Unusable(f"--{alone} belongs to a profile, and none is named.", "Name one with --profile; probe profiles list shows them.")
    if wishes.profile is None:
        return target, None
    from probe.jobs.profile import about_files, variables

    agreement, _ = about_files(options, any_environment=True)
    place = wishes.endpoint or ""
    return replace(target, profile=wishes.profile, env=wishes.env or "", endpoint=place, variables=variables(wishes.var)), agreement


def _trusted(sources: tuple[str, ...], password: StorePassword | None) -> tuple[Loaded, ...]:
    if sources:
        return tuple(load_store(one, password) for one in sources)
    try:
        return (load_store("system"),)
    except Unusable:
        # It only helps to say that a missing issuer is a root that is known anyway.
        return ()


def _knowing(seen: Observation, trusted: tuple[Loaded, ...]) -> Observation:
    """With those anchors that could matter."""
    return with_stores(replace(seen, stores=()), trusted)


def _fetching(seen: Observation, trusted: tuple[Loaded, ...], clock: Clock, progress: Progress) -> Observation:
    """Follow the URLs at the open ends, under the same rules as a check."""
    from probe.capture.fetch import fetch_issuer

    deadline, private = clock.now() + seen.target.timeout, seen.target.fetch_private

    async def one(url: str, into: list[Fetch]) -> None:
        into.append(await fetch_issuer(url, (), private, clock, deadline, None))

    for _ in range(ROUNDS):
        known = {one.url for one in seen.fetches}
        urls = [url for one in Files(seen).open_ends for url in one.urls[:2] if url not in known][: FETCHES - len(known)]
        if not urls or clock.now() >= deadline:
            break
        progress(f"fetching {', '.join(urls[:2])}")
        got: list[Fetch] = []
        drive(partial(together, *(partial(one, url, got) for url in dict.fromkeys(urls))), max(1.0, deadline - clock.now()))
        seen = replace(seen, fetches=tuple(sorted((*seen.fetches, *got), key=lambda fetch: fetch.url)))
        seen = _knowing(seen, trusted)
    return seen


def served(observation: Observation) -> tuple[Served, ...]:
    """What each address of an endpoint sent, from a check of it."""
    from probe.case.case import Case

    found = []
    for address in addresses(observation):
        case = Case(observation, address)
        why = "" if case.presented else _why(case.connected)
        found.append(
            Served(
                target=observation.target.spelled,
                address=address,
                taken_at=observation.taken_at,
                presented=case.presented,
                why=why,
                port=observation.target.connect_port or observation.target.port,
                sni=observation.target.sni or "",
            )
        )
    if not found:
        resolved = any(one.ending.how is How.DONE for one in observation.resolutions)
        why = "no connection was made" if resolved else "the name leads to no address"
        found.append(Served(target=observation.target.spelled, address="", taken_at=observation.taken_at, why=why))
    return tuple(found)


def _why(connected: bool) -> str:
    return "no certificate was sent" if connected else "no connection was made"
