"""Which certificate to install: from what the user typed to observations, with the running program that is meant. Raises ``Unusable``."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from probe.capture.programs import Looked
from probe.capture.store_password import Passwords, Prompt, StorePassword
from probe.capture.stores import Loaded, load, relevant
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.facts.profile import Agreement
from probe.facts.program import Program
from probe.facts.target import Target
from probe.facts.trust import TrustStore
from probe.facts.unusable import Unusable
from probe.jobs.check import observe, with_stores
from probe.jobs.compared import involved
from probe.jobs.given import given
from probe.jobs.target import Options
from probe.jobs.wanted import wanted

SMALL = 20
"""Certificates of a file that the user named which are all kept, to say of each what it is."""
SYSTEM = "system"
_HEAD = 4096
Progress = Callable[[str, str], None]


@noun
class Seen:
    """What was seen of one target, and the running program, if one was named, with what its stores hold about it."""

    observation: Observation
    program: Program | None = None


def seen(spelled: tuple[str, ...], options: Options, passwords: tuple[str, str], ask: Prompt, progress: Progress, looked: Looked | None) -> tuple[Seen, ...]:
    """Look at every target and file. ``passwords`` are the environment variables with those of trust stores and of files ("": none)."""
    files = tuple(one for one in spelled if is_file(one))
    targets = tuple(one for one in spelled if one not in files)
    found: list[Observation] = []
    if targets or not files:
        found += _endpoints(targets, options, StorePassword(passwords[0], ask), Passwords(passwords[1], ask), progress)
    for one in files:
        if found and found[-1].unfinished == "interrupted":
            break
        found.append(_file(one, options, passwords, ask, progress))
    return tuple(Seen(observation=one, program=looked.about(_certificates(one)) if looked else None) for one in found)


def is_file(spelled: str) -> bool:
    """Whether the user names a file: it exists, or it looks like a path. Raises ``Unusable`` for a path that leads nowhere."""
    if not spelled:
        raise Unusable("One of the names is empty.", "Look whether a variable of the shell that should hold it is set.")
    if "://" in spelled:
        return False
    try:
        there = Path(spelled).exists()
    except (OSError, ValueError):
        # No file is called like that; whether it is a host will be seen.
        return False
    path = (
        "/" in spelled or "\\" in spelled or Path(spelled).suffix.lower() in (".pem", ".crt", ".cer", ".der", ".p7b", ".p12", ".pfx", ".jks", ".json", ".html")
    )
    if path and not there:
        raise Unusable(
            f"{spelled} does not exist.", "Check the spelling and the folder that you are in; a host is written without a path, or with https:// before it."
        )
    return there


def _endpoints(spelled: tuple[str, ...], options: Options, password: StorePassword, others: Passwords, progress: Progress) -> list[Observation]:
    meant = wanted(spelled, options)
    known = [given(agreement, target.trust, (password, others), partial(progress, target.spelled)) for target, agreement in meant]
    trusted = tuple(load(one, password) for one in meant[0][0].trust)
    system = next((one for one in trusted if one.source == SYSTEM), None) or _system()
    found: list[Observation] = []
    for (target, agreement), files in zip(meant, known, strict=True):
        # Judged by the system's store, a check fetches every issuer that it takes to get to a root.
        looking = replace(target, trust=(SYSTEM,) if system else ("none",))
        one = observe(looking, (system or load("none"),), partial(progress, target.spelled), agreement=agreement)
        found.append(replace(_told(one, target, trusted, system), given=files))
        if one.unfinished == "interrupted":
            break
    return found


def _system() -> Loaded | None:
    try:
        return load(SYSTEM)
    except Unusable:
        # A machine without a store of its own can still say what others need.
        return None


def _told(one: Observation, target: Target, trusted: tuple[Loaded, ...], system: Loaded | None) -> Observation:
    """With the stores that the user named as the trusted ones, and the system's among those that are only looked into."""
    looked_into = tuple(store for store in (*one.compared, *one.stores) if store.source not in target.trust and store.kind != "none")
    made = with_stores(replace(one, target=target, stores=()), trusted)
    stores = tuple(_whole(store, loaded) for store, loaded in zip(made.stores, trusted, strict=True))
    return replace(made, stores=stores, compared=looked_into)


def _whole(store: TrustStore, loaded: Loaded) -> TrustStore:
    """A small file that the user named with everything in it."""
    if store.source in (SYSTEM, "certifi") or len(loaded.certificates) > SMALL or store.uncounted:
        return store
    return replace(store, certificates=loaded.certificates)


def _file(path: str, options: Options, variables: tuple[str, str], ask: Prompt, progress: Progress) -> Observation:
    """A saved observation or report, judged again; else a file with certificates."""
    with_saved = _is_saved(Path(path))
    if with_saved:
        from probe.jobs.replay import saved

        one = saved(Path(path))
        target = replace(one.target, stack=options.stack or one.target.stack, at=_moment(options) or one.target.at, name=options.name or one.target.name)
        if not options.trust:
            return replace(one, target=target)
        trusted = tuple(load(each, StorePassword(variables[0], ask)) for each in options.trust)
        return _told(replace(one, target=target), replace(target, trust=options.trust), trusted, None)
    from probe.jobs.inspect import Wishes, inspect

    trust, agreement, stack = options.trust, None, options.stack
    if options.profile is not None:
        from probe.jobs.profile import about_files, stack_of

        agreement, trust = about_files(options)
        stack = stack or stack_of(agreement.trust, agreement.client_certificate) or None
    wishes = Wishes(
        password_env=variables[1],
        trust=trust,
        stack=stack,
        at=_moment(options),
        fetch=options.fetch,
        fetch_private=options.fetch_private,
        timeout=options.timeout,
    )
    others = Passwords(variables[1], ask)
    one = inspect((path,), wishes, others, partial(progress, path), stores=StorePassword(variables[0], ask))
    if not _certificates(one):
        raise _useless(path, one)
    files = given(agreement, trust, (StorePassword(variables[0], ask), others), partial(progress, path), (path, one.files))
    public = relevant(load("certifi"), _certificates(one))
    return replace(one, target=_by_profile(one.target, options, agreement), compared=(replace(public, skipped=()),), agreement=agreement, given=files)


def _by_profile(target: Target, options: Options, agreement: Agreement | None) -> Target:
    """What files were looked at, with the profile that they were looked at by."""
    if agreement is None:
        return target
    from probe.jobs.profile import variables

    return replace(target, profile=options.profile or "", env=agreement.environment, variables=variables(options.var))


def _useless(path: str, one: Observation) -> Unusable:
    """Say why a file or folder holds no certificate."""
    from probe.jobs.inspect import locked

    if shut := locked(path, one):
        return shut
    looks = next((each.looks_like for each in one.files if each.looks_like), "")
    like = f": it looks like {looks}" if looks else ""
    return Unusable(f"{path} holds no certificate that can be read{like}.", "Name a file with certificates, an endpoint, or a saved observation.")


def _moment(options: Options) -> datetime | None:
    from probe.jobs.target import moment

    return moment(options.at)


def _is_saved(path: Path) -> bool:
    """Whether a file is a saved observation or a report."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
    except (OSError, ValueError):
        return False
    if head[:1] == b"<":
        from probe.capture.files import load as load_file

        return b'class="observation"' in load_file(path)
    return head[:1] == b"{"


def _certificates(one: Observation) -> tuple[Certificate, ...]:
    if not one.target.inspecting:
        return involved(one)
    from probe.case.files import Files

    return (*Files(one).certificates, *(certificate for _, certificate in Files(one).fetched))
