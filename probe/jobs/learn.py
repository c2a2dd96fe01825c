"""Learning what tells two environments apart: from two endpoints, two files or folders of certificates, or one of each. Raises ``Unusable``."""

import stat
from dataclasses import replace
from pathlib import Path

from probe.capture.store_password import StorePassword
from probe.capture.stores import load
from probe.case.case import cases
from probe.facts.noun import noun
from probe.facts.profile import Environment
from probe.facts.unusable import Unusable
from probe.jobs.check import observe
from probe.jobs.profile import find
from probe.jobs.target import Options, target
from probe.profiles.learned import Seen, apart, learned, marks_document, whole_document
from probe.profiles.read import read, read_marks
from probe.profiles.templates import NAME


@noun
class Learned:
    """The document, and the environments with their marks for people. ``client``: the files hold issuers of client certificates."""

    document: str
    environments: tuple[Environment, ...]
    seen: tuple[Seen, ...]


def learn(
    given: tuple[str, ...],
    *,
    name: str,
    profile: str | None,
    connect: tuple[str, ...] = (),
    client: bool = False,
    timeout: float = 30.0,
    password: StorePassword | None = None,
) -> Learned:
    """Make the marks of two environments. ``given`` are two of ENVIRONMENT=TARGET or ENVIRONMENT=FILE; ``connect`` replaces the addresses of targets in order.

    With ``profile`` the document holds marks for that profile, else it is a profile called ``name``. ``client``: the authorities issue client certificates.
    ``password`` opens key stores among the files.
    """
    if len(given) != 2:
        raise Unusable(
            "Two environments are to be told apart.", "Name both: prod=https://api.shop.example test=https://api-test.shop.example, or prod=FOLDER test=FOLDER."
        )
    pairs = [_pair(one) for one in given]
    if pairs[0][0] == pairs[1][0]:
        raise Unusable(f"Both environments are called {pairs[0][0]}.", "Give them two names.")
    if profile is not None:
        known = [one.name for one in find(profile).environments]
        strange = next((environment for environment, _ in pairs if environment not in known), None)
        if strange:
            raise Unusable(f"The profile {profile} has no environment {strange!r}.", f"It has: {', '.join(known) or 'none'}.")
    addresses = list(connect)
    seen = tuple(_look(environment, source, addresses, timeout, password) for environment, source in pairs)
    found = learned(seen[0], seen[1])
    if client:
        found = (_for_clients(found[0]), _for_clients(found[1]))
    if not all(_marked(one) for one in found):
        poor = next(one for one in found if not _marked(one))
        raise Unusable(
            f"Nothing tells {poor.name} from the other environment: it has no name and no authority that the other lacks.", "Name other endpoints or files."
        )
    text = marks_document(find(profile).id, found) if profile is not None else whole_document(name, seen, found)
    wrong = read_marks(text, "learned")[2] if profile is not None else read(text, "learned").faults
    if wrong:
        raise Unusable(f"What was learned cannot be written as a profile ({wrong[0]}).", "Name fewer certificates.")
    return Learned(document=text, environments=found, seen=seen)


def _marked(one: Environment) -> bool:
    return apart((one,)) or bool(one.marks.client_issuer_regex)


def _for_clients(one: Environment) -> Environment:
    """The same authorities as issuers of client certificates, not of servers'."""
    marks = one.marks
    return replace(one, marks=replace(marks, server_names=(), issuer_regex=(), anchor_sha256=(), client_issuer_regex=marks.issuer_regex))


def _pair(text: str) -> tuple[str, str]:
    environment, sign, source = text.partition("=")
    if not sign or not source or not NAME.fullmatch(environment):
        raise Unusable(f"{text[:80]!r} is not of the form ENVIRONMENT=TARGET or ENVIRONMENT=FILE.", "For example: prod=https://api.shop.example")
    return environment, source


def _look(environment: str, source: str, addresses: list[str], timeout: float, password: StorePassword | None) -> Seen:
    path = Path(source)
    try:
        is_file = stat.S_ISREG(path.stat().st_mode) or path.is_dir()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        return Seen(environment=environment, source=source, certificates=load(str(path.absolute()), password).certificates)
    options = Options(trust=("none",), app=False, fetch=False, public="none", timeout=timeout, connect=addresses.pop(0) if addresses else None)
    wanted = target(source, options)
    observation = observe(wanted, (load("none"),))
    shown = tuple(dict.fromkeys(one for case in cases(observation) for one in case.presented))
    if not shown:
        raise Unusable(f"{source} showed no certificate, so nothing can be learned of it.", f"See why: probe check {source}")
    return Seen(
        environment=environment,
        source=wanted.spelled,
        certificates=shown,
        when=f"{observation.taken_at:%Y-%m-%d}",
        protocol=wanted.protocol,
        host=wanted.host,
        port=wanted.port,
        public=frozenset(one.read.subject.text for one in load("certifi").certificates if one.read.subject),
    )
