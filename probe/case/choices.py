"""Which certificates could be installed to make a chain trusted, and what each client stack makes of a store with nothing else in it. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from probe.case.build import build
from probe.case.case import cases, fetched
from probe.case.checks import EPHEMERAL, examine_all
from probe.case.edge import self_signed
from probe.case.files import Files
from probe.case.names import NameCheck, compare, uncompared
from probe.case.path import Link, Objection, Origin, Path, StackVerdict, Why
from probe.case.stacks import ask
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.facts.trust import TrustStore
from probe.stacks import Stack, load_all

CHAINS = 8
"""Different chains behind one name that are judged; an endpoint with more is a saved file that somebody wrote."""
EACH = 6
"""Roots, and intermediates, that are tried: a cross-signed chain has two or three."""
MOST = 200
"""Authorities of the same files that are looked at for one certificate."""
MISFITS = frozenset({Why.ISSUER_REKEYED, Why.BAD_SIGNATURE})
FAULTS = MISFITS | {Why.EXPIRED, Why.NOT_YET_VALID, Why.NOT_A_CA, Why.NO_CERT_SIGN, Why.PATH_LENGTH, Why.NAME_CONSTRAINTS}
FAULTS |= {Why.CRITICAL_EXTENSION, Why.EKU, Why.KEY_USAGE, Why.UNREADABLE}
"""What is wrong with a chain itself. To install something below the fault would only hide it from clients that look no further than their anchor."""


class Kind(StrEnum):
    """What a choice is, in the order in which it is to be preferred."""

    ROOT = "root"
    WITH_MISSING = "root-with-missing"  # the root, and the intermediates that the server does not send
    SEVERAL = "several"  # one for each of several chains behind the name
    INTERMEDIATE = "intermediate"
    LEAF = "leaf"


@noun
class Sent:
    """One chain as it was sent. ``places`` are the addresses that sent it, or the file that it was in. ``name`` says whether the name fits.

    ``authority``: it begins with an authority's certificate, as in a file with nothing else, so that no client can be asked about it.
    """

    places: tuple[str, ...]
    presented: tuple[Certificate, ...]
    name: NameCheck
    key_exchange: str = EPHEMERAL
    authority: bool = False


@noun
class Judged:
    """What every voting stack says of one chain with some trust store."""

    sent: Sent
    verdicts: tuple[StackVerdict, ...]


@noun
class Choice:
    """Certificates to install, and what each chain is worth to each stack whose trust store holds just these."""

    kind: Kind
    certificates: tuple[Certificate, ...]
    judged: tuple[Judged, ...]

    @property
    def trusting(self) -> frozenset[str]:
        """The stacks to which every chain is good, whatever they say of the name."""
        return _all(self.judged, trusts)

    @property
    def accepting(self) -> frozenset[str]:
        """The stacks that accept every chain and the name."""
        return _all(self.judged, lambda one: one.accepts is True)


def trusts(verdict: StackVerdict) -> bool:
    """Whether a stack has nothing against the chain; it may still refuse the name."""
    return verdict.accepts is True or (verdict.name_refused and not verdict.objections and not verdict.limit)


class Choices:
    """The choices for one observation: of an endpoint, or of files."""

    def __init__(self, observation: Observation) -> None:
        self.observation = observation
        self.at: datetime = observation.target.at or observation.taken_at

    @cached_property
    def stacks(self) -> tuple[Stack, ...]:
        """The client stacks that vote."""
        wanted = self.observation.target.stack
        return tuple(one for one in load_all() if (one.name == wanted if wanted else one.verified))

    @cached_property
    def sent(self) -> tuple[Sent, ...]:
        """The different chains, each once."""
        found: dict[tuple[Certificate, ...], Sent] = {}
        for one in _of_files(self.observation) if self.observation.target.inspecting else _of_addresses(self.observation):
            known = found.get(one.presented)
            found[one.presented] = replace(known, places=(*known.places, *one.places)) if known else one
        # What issued something in the same files is no chain of its own.
        own = [one for one in found.values() if not one.authority]
        return tuple(own or found.values())[:CHAINS]

    @cached_property
    def stores(self) -> tuple[TrustStore, ...]:
        """Every store that was looked into, whether it is trusted or not."""
        return (*self.observation.stores, *self.observation.compared)

    @cached_property
    def known(self) -> tuple[Certificate, ...]:
        """The certificates of all these stores."""
        return tuple(dict.fromkeys(one for store in self.stores for one in store.certificates))

    @cached_property
    def fetched(self) -> tuple[tuple[str, Certificate], ...]:
        """What was fetched because a certificate named its URL."""
        return fetched(self.observation)

    @cached_property
    def paths(self) -> dict[tuple[Certificate, ...], tuple[Path, ...]]:
        """For each chain all the ways up whose signatures fit, over everything that is known."""
        return {one.presented: self._paths(one) for one in self.sent}

    @cached_property
    def faults(self) -> tuple[Objection, ...]:
        """What is wrong with chains themselves, whatever is trusted: for each chain of which every way up has a fault, those of the nearest."""
        return tuple(dict.fromkeys(one for sent in self.sent for one in self._faults(sent)))

    def _faults(self, sent: Sent) -> tuple[Objection, ...]:
        ways = examine_all(build(sent.presented, self.known, self.fetched), self.at, sent.key_exchange).paths
        each = [tuple(one for one in way.objections if one.why in FAULTS and not _of_root(one, way)) for way in ways]
        return each[0] if each and all(each) else ()

    def _paths(self, sent: Sent) -> tuple[Path, ...]:
        found = build(sent.presented, self.known, self.fetched).paths
        fitting = tuple(path for path in found if not any(one.why in MISFITS for one in path.objections))
        return fitting or tuple(_sound(path) for path in found[:1])

    @cached_property
    def open_ends(self) -> tuple[Certificate, ...]:
        """The certificates at which a chain ends because its issuer is nowhere; none for a chain of which some way leads to a root."""
        found: list[Certificate] = []
        for paths in self.paths.values():
            tops = [path.links[-1].certificate for path in paths]
            if tops and not any(is_root(one) for one in tops):
                found += tops
        return tuple(dict.fromkeys(found))

    @cached_property
    def all(self) -> tuple[Choice, ...]:
        """The choices, the one to be preferred first; each was judged with a store that holds nothing else."""
        bare = [sent.presented[0] for sent in self.sent if sent.authority]
        roots = self._ranked(dict.fromkeys([*(path.links[-1].certificate for path in self._every if _top_root(path)), *filter(is_root, bare)]))
        found = [self.choice(Kind.ROOT, (one,)) for one in roots]
        found += [one for one in (self._with_missing(root) for root in roots) if one]
        found = sorted(found, key=lambda one: (-len(one.trusting), -_covered(one)))
        found += self._several(found)
        found += [self.choice(Kind.INTERMEDIATE, (one,)) for one in self._intermediates]
        found += [self.choice(Kind.LEAF, (one,)) for one in dict.fromkeys(sent.presented[0] for sent in self.sent if not sent.authority)]
        return tuple(found)

    @cached_property
    def best(self) -> Choice | None:
        """The first choice with which every stack trusts every chain; else the one that helps most; ``None`` when none helps at all.

        What has expired or is not valid yet is none, though Java trusts it: it is to be replaced, not installed. And of a chain with a fault of its own only
        the root is a choice.
        """
        whole = {one.name for one in self.stacks}
        usable = [one for one in self.all if one.trusting and all(map(self.current, one.certificates))]
        if self.faults:
            usable = [one for one in usable if one.kind not in (Kind.INTERMEDIATE, Kind.LEAF)]
        return next((one for one in usable if one.trusting >= whole), None) or max(usable, key=lambda one: len(one.trusting), default=None)

    def current(self, one: Certificate) -> bool:
        """Whether a certificate is valid at the time that is judged for."""
        read = one.read
        return bool(read.not_before and read.not_after and read.not_before <= self.at <= read.not_after)

    @property
    def _every(self) -> Iterable[Path]:
        return (path for paths in self.paths.values() for path in paths)

    @cached_property
    def _intermediates(self) -> tuple[Certificate, ...]:
        """What stands between, from the top down."""
        found: dict[Certificate, None] = {}
        for path in self._every:
            links = path.links[1:-1] if _top_root(path) else path.links[1:]
            found |= dict.fromkeys(one.certificate for one in reversed(links))
        found |= dict.fromkeys(one.presented[0] for one in self.sent if one.authority and not is_root(one.presented[0]))
        return tuple(found)[:EACH]

    def _ranked(self, roots: Iterable[Certificate]) -> tuple[Certificate, ...]:
        """Roots that are valid and known to some store before others, then those that last longer."""

        def rank(one: Certificate) -> tuple[bool, bool, float]:
            read = one.read
            return (not self.current(one), one not in self.known, -(read.not_after.timestamp() if read.not_after else 0.0))

        return tuple(sorted(roots, key=rank))[:EACH]

    def _with_missing(self, root: Certificate) -> Choice | None:
        """The root with what lies between it and a chain that came without it."""
        paths = [path for path in self._every if path.links[-1].certificate == root]
        missing = dict.fromkeys(one.certificate for path in paths[:1] for one in path.links[1:-1] if one.origin is not Origin.PRESENTED)
        if not missing:
            return None
        return self.choice(Kind.WITH_MISSING, (root, *missing))

    def _several(self, found: list[Choice]) -> list[Choice]:
        """One choice for each chain together, where no single one is good for all."""
        whole = {one.name for one in self.stacks}
        if len(self.sent) < 2 or any(one.trusting >= whole for one in found):
            return []
        picked: dict[Certificate, None] = {}
        for sent in self.sent:
            fitting = [one for one in found if any(each.sent is sent and all(map(trusts, each.verdicts)) for each in one.judged)]
            if not fitting:
                return []
            picked |= dict.fromkeys(fitting[0].certificates)
        return [self.choice(Kind.SEVERAL, tuple(picked))]

    def choice(self, kind: Kind, certificates: tuple[Certificate, ...]) -> Choice:
        """Judge again with a store of just these certificates."""
        return Choice(kind=kind, certificates=certificates, judged=tuple(self.judge(one, certificates, certificates) for one in self.sent))

    def judge(self, sent: Sent, anchors: tuple[Certificate, ...], whole: tuple[Certificate, ...] | int, stack: str = "") -> Judged:
        """What the voting stacks (or the one named) say of a chain when just ``anchors`` are trusted; ``whole`` is all that the store holds, or how many."""
        paths = examine_all(build(sent.presented, anchors, self.fetched), self.at, sent.key_exchange)
        size = whole if isinstance(whole, int) else len(whole)
        verdicts = tuple(
            ask(
                one,
                presented=sent.presented,
                anchors=anchors,
                fetched=self.fetched,
                paths=paths,
                name=sent.name,
                at=self.at,
                store_size=size,
                key_exchange=sent.key_exchange,
            )
            for one in (tuple(each for each in load_all() if each.name == stack) if stack else self.stacks)
            if not sent.authority
        )
        return Judged(sent=sent, verdicts=verdicts)


def is_root(certificate: Certificate) -> bool:
    """Whether a certificate signed itself."""
    return is_self_issued(certificate) and self_signed(certificate)


def _of_root(one: Objection, way: Path) -> bool:
    """Whether an objection is about the root at the end of a way, which can be exchanged by itself."""
    return one.at == len(way.links) - 1 and one.at > 0 and is_root(one.about)


def _top_root(path: Path) -> bool:
    """Whether a path ends in a root that is not the server's own certificate."""
    return len(path.links) > 1 and is_root(path.links[-1].certificate)


def _sound(path: Path) -> Path:
    """The path as far as its signatures fit."""
    ends = [one.at for one in path.objections if one.why in MISFITS]
    links: tuple[Link, ...] = path.links[: min(ends) + 1] if ends else path.links
    return Path(links=links)


def _covered(choice: Choice) -> int:
    """How often some stack trusts some chain."""
    return sum(trusts(verdict) for one in choice.judged for verdict in one.verdicts)


def _all(judged: tuple[Judged, ...], holds: Callable[[StackVerdict], bool]) -> frozenset[str]:
    sets = [frozenset(verdict.stack for verdict in one.verdicts if holds(verdict)) for one in judged]
    return frozenset.intersection(*sets) if sets else frozenset()


def _of_addresses(observation: Observation) -> list[Sent]:
    """What each address sent, also in the tries after the first."""
    found = []
    for case in cases(observation):
        for one in case.tries:
            if one.presented and one.names is not None:
                found.append(Sent(places=(case.address or "",), presented=one.presented, name=one.names, key_exchange=one.key_exchange))
    return found


def _above(tip: Certificate, beside: tuple[Certificate, ...]) -> frozenset[Certificate]:
    """Everything that may have issued a certificate, or its issuers, by name."""
    found: set[Certificate] = set()
    waiting = [tip]
    while waiting:
        issuer = waiting.pop().read.issuer
        more = [one for one in beside if issuer and one.read.subject and one.read.subject.key == issuer.key and one not in found]
        found.update(more)
        waiting += more
    return frozenset(found)


def _of_files(observation: Observation) -> list[Sent]:
    """Each end-entity certificate of the files with everything else in its file; of files with authorities alone, each that issued none of the others."""
    files = Files(observation)
    authorities = [one for one in files.certificates if one.read.is_ca is True or is_self_issued(one)]
    found = []
    for one in files.every:
        held = tuple(dict.fromkeys(entry.certificate for entry in one.entries if entry.certificate is not None))
        issuers = {each.read.issuer.key for each in held if each.read.issuer and not is_self_issued(each)}
        tips = [each for each in held if not each.read.subject or each.read.subject.key not in issuers] or list(held[:1])
        own = [each for each in tips if each.read.is_ca is not True]
        for tip in own or tips:
            beside = dict.fromkeys((*(each for each in held if each in authorities), *authorities[:MOST]))
            # What belongs to other chains is sent by nobody: Java, which counts certificates, would refuse for it.
            above = _above(tip, tuple(beside))
            rest = tuple(each for each in beside if each != tip and each in above)
            name = uncompared(compare((*tip.read.dns_names, *tip.read.ip_addresses, "file.invalid")[0], tip))
            found.append(Sent(places=(one.path,), presented=(tip, *rest), name=name, authority=not own))
    return found
