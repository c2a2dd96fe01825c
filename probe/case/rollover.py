"""A partner exchanges its certificate: the file that it sends, the list of trusted authorities, and what its endpoint shows. Pure.

The system in between is one that has a list of its own (no store of the machine), builds the chain for people by itself, and expects exactly one certificate.
"""

from functools import cached_property
from pathlib import PurePath

from probe.case.build import build
from probe.case.choices import Choices, Judged, Sent, is_root, trusts
from probe.case.names import compare, uncompared
from probe.case.path import Path, StackVerdict, Why
from probe.facts.certificate import Certificate
from probe.facts.files import Entry, InspectedFile
from probe.facts.given import AUTHORITIES, NEW, OWN, PRESENT, Given
from probe.facts.noun import noun
from probe.facts.observation import Observation

BROKEN = frozenset({Why.ISSUER_REKEYED, Why.BAD_SIGNATURE})
STORES = ("jks", "jceks", "pkcs12", "nss")
LISTED = 5000
"""Entries of a list of authorities that are looked at."""


@noun
class Listed:
    """One entry of the list of authorities: ``name`` is its display name (an alias, else the name of its file), ``place`` where it stands."""

    certificate: Certificate
    name: str
    place: str


@noun
class Shown:
    """What one address shows: its own certificate (``None``: nothing came) and the others behind it. ``state`` is new, present, other or nothing."""

    address: str
    leaf: Certificate | None
    behind: tuple[Certificate, ...] = ()
    state: str = "nothing"


@noun
class Way:
    """The way from a certificate up through a list. ``whole``: it ends in a self-signed certificate. ``lookalike``: the list has the name with another key."""

    links: tuple[Certificate, ...]
    whole: bool
    lookalike: Certificate | None = None

    @property
    def top(self) -> Certificate:
        """The last certificate that is known."""
        return self.links[-1]


class Rollover:
    """The exchange of one certificate."""

    def __init__(self, observation: Observation) -> None:
        self.observation = observation
        self.at = observation.target.at or observation.taken_at
        self.stack = observation.target.stack or "java"
        self.choices = Choices(observation)

    def _given(self, part: str) -> tuple[Given, ...]:
        return tuple(one for one in self.observation.given if one.part == part)

    @cached_property
    def file(self) -> InspectedFile | None:
        """The file with the new certificate, the first one of an archive."""
        return next((file for one in self._given(NEW) for file in one.files), None)

    @cached_property
    def files(self) -> int:
        """How many files the partner sent: more than one is an archive or a folder."""
        return sum(len(one.files) for one in self._given(NEW))

    @cached_property
    def held(self) -> tuple[Certificate, ...]:
        """The certificates in that file, in its order."""
        return _held((self.file,)) if self.file else ()

    @property
    def new(self) -> Certificate | None:
        """The first of them, the only one that is read."""
        return self.held[0] if self.held else None

    @cached_property
    def present(self) -> Certificate | None:
        """The certificate before it: the one that was named, else the one that an address shows and that is for the same."""
        named = _held(tuple(file for one in self._given(PRESENT) for file in one.files))
        if named:
            return named[0]
        new = self.new
        leaves = [case.leaf for case in self._cases if case.leaf is not None]
        return next((one for one in leaves if new is not None and one != new and _same(one, new)), None)

    @property
    def unread_present(self) -> str:
        """The file that was named for the certificate before it, when there is none in it; else ""."""
        return next((one.source for one in self._given(PRESENT) if not _held(one.files)), "")

    @cached_property
    def own(self) -> tuple[InspectedFile, ...]:
        """The own certificate's file."""
        return tuple(file for one in self._given(OWN) for file in one.files)

    @cached_property
    def listing(self) -> bool:
        """Whether the list of authorities was given."""
        return bool(self._given(AUTHORITIES))

    @cached_property
    def listed(self) -> tuple[Listed, ...]:
        """The list of authorities."""
        found = [
            Listed(certificate=entry.certificate, name=_display(file, entry), place=f"{file.path}, {entry.where}" if entry.where != "the file" else file.path)
            for one in self._given(AUTHORITIES)
            for file in one.files
            for entry in file.entries
            if entry.certificate is not None
        ]
        return tuple(found[:LISTED])

    @cached_property
    def authorities(self) -> tuple[Certificate, ...]:
        """The certificates of the list, each once."""
        return tuple(dict.fromkeys(one.certificate for one in self.listed))

    @cached_property
    def clashes(self) -> tuple[tuple[Listed, ...], ...]:
        """Different certificates of the list with one display name. Key stores of Java do not tell large and small letters apart."""
        named: dict[str, list[Listed]] = {}
        for one in self.listed:
            named.setdefault(one.name.casefold(), []).append(one)
        return tuple(tuple(some) for some in named.values() if len({one.certificate for one in some}) > 1)

    @cached_property
    def doubles(self) -> tuple[tuple[Listed, ...], ...]:
        """One certificate under several display names."""
        named: dict[Certificate, list[Listed]] = {}
        for one in self.listed:
            named.setdefault(one.certificate, []).append(one)
        return tuple(tuple(some) for some in named.values() if len({one.name.casefold() for one in some}) > 1)

    def taken(self, name: str, by: Certificate) -> bool:
        """Whether another certificate of the list has this display name."""
        return any(one.name.casefold() == name.casefold() and one.certificate != by for one in self.listed)

    # The chain as it is shown to people, and what is to be imported

    @cached_property
    def shown_chain(self) -> Way | None:
        """The way from the new certificate through the list alone."""
        return self.way(self.new) if self.new else None

    def way(self, leaf: Certificate) -> Way:
        """The way from a certificate through the list alone: to a self-signed one if there is such a way, else as far as it goes."""
        return _best(build((leaf,), self.authorities).paths)

    @cached_property
    def whole_chain(self) -> Way | None:
        """The way from the new certificate through everything that is known, with as few as possible that are not in the list."""
        if self.new is None:
            return None
        known = tuple(dict.fromkeys((*self.held[1:], *(one for shown in self.served for one in shown.behind), *self.choices.known)))
        paths = build((self.new, *known), self.authorities, self.choices.fetched).paths
        listed = frozenset(self.authorities)
        return _best(tuple(sorted(paths, key=lambda path: sum(link.certificate not in listed for link in path.links))))

    @property
    def lacking(self) -> tuple[Certificate, ...]:
        """Authorities above the new certificate that are known and not in the list, the lowest first."""
        whole = self.whole_chain
        return tuple(one for one in whole.links[1:] if one not in self.authorities) if whole else ()

    # What the endpoint shows

    @cached_property
    def _cases(self) -> tuple["_Address", ...]:
        from probe.case.case import cases

        if self.observation.target.inspecting:
            return ()
        return tuple(_Address(address=one.address or "", presented=one.presented) for one in cases(self.observation))

    @cached_property
    def served(self) -> tuple[Shown, ...]:
        """What each address shows; none when no endpoint was looked at."""
        found = []
        for one in self._cases:
            leaf = one.leaf
            state = "nothing" if leaf is None else "new" if leaf == self.new else "present" if leaf == self.present else "other"
            found.append(Shown(address=one.address, leaf=leaf, behind=one.presented[1:], state=state))
        return tuple(found)

    @cached_property
    def connections(self) -> tuple[tuple[tuple[str, ...], StackVerdict], ...]:
        """What the client says of each different chain of the new certificate that is shown, with the list alone trusted: (addresses, verdict)."""
        chains: dict[tuple[Certificate, ...], list[str]] = {}
        for one in self.served:
            if one.leaf is not None and one.state == "new":
                chains.setdefault((one.leaf, *one.behind), []).append(one.address)
        return tuple((tuple(addresses), self.judged(chain)) for chain, addresses in chains.items())

    @cached_property
    def alone(self) -> StackVerdict | None:
        """What the client says when nothing but the new certificate is sent."""
        return self.judged((self.new,)) if self.new else None

    @cached_property
    def with_issuers(self) -> StackVerdict | None:
        """What it says when every known certificate between the new one and its root is sent too."""
        whole = self.whole_chain
        return self.judged(tuple(one for one in whole.links if not is_root(one) or one == self.new)) if whole else None

    @cached_property
    def hangs_on_clash(self) -> bool:
        """Whether the new certificate's chain needs one of several entries with the same display name, of which only one counts."""
        doubtful = {one.certificate for some in self.clashes for one in some}
        if not doubtful or self.new is None:
            return False
        sure = tuple(one for one in self.authorities if one not in doubtful)
        chains = [(one.leaf, *one.behind) for one in self.served if one.leaf and one.state == "new"] or [(self.whole_chain.links if self.whole_chain else ())]
        return any(trusts(self.judged(chain)) and not trusts(self.judged(chain, sure)) for chain in chains if chain)

    def judged(self, chain: tuple[Certificate, ...], anchors: tuple[Certificate, ...] | None = None) -> StackVerdict:
        """What the client says of a chain when the list alone is trusted; the name is not its matter here."""
        trusted = self.authorities if anchors is None else anchors
        leaf = chain[0]
        name = uncompared(compare((*leaf.read.dns_names, *leaf.read.ip_addresses, "file.invalid")[0], leaf))
        found: Judged = self.choices.judge(Sent(places=(), presented=chain, name=name), trusted, trusted, self.stack)
        return found.verdicts[0]


@noun
class _Address:
    address: str
    presented: tuple[Certificate, ...]

    @property
    def leaf(self) -> Certificate | None:
        return self.presented[0] if self.presented else None


def _held(files: tuple[InspectedFile, ...]) -> tuple[Certificate, ...]:
    return tuple(entry.certificate for file in files for entry in file.entries if entry.certificate is not None)


def _display(file: InspectedFile, entry: Entry) -> str:
    if file.kind in STORES and entry.alias:
        return entry.alias
    inner = file.path.rpartition(": ")[2]
    return PurePath(inner).stem


def _best(paths: tuple[Path, ...]) -> Way:
    """The first way whose signatures fit and that ends in a root, else the one that goes furthest."""
    ways = [_way(one) for one in paths]
    return next((one for one in ways if one.whole), None) or max(ways, key=lambda one: len(one.links))


def _way(path: Path) -> Way:
    """A path as far as its signatures fit."""
    ends = [one.at for one in path.objections if one.why in BROKEN]
    links = tuple(link.certificate for link in path.links)
    if not ends:
        return Way(links=links, whole=is_root(links[-1]))
    last = min(ends)
    return Way(links=links[: last + 1], whole=False, lookalike=links[last + 1] if last + 1 < len(links) else None)


def _same(one: Certificate, other: Certificate) -> bool:
    """Whether two certificates are for the same: a name in common, or the same subject."""
    mine, its = one.read, other.read
    ours = {name.lower() for name in mine.dns_names} | set(mine.ip_addresses)
    theirs = {name.lower() for name in its.dns_names} | set(its.ip_addresses)
    if ours & theirs:
        return True
    return mine.subject is not None and its.subject is not None and mine.subject.key == its.subject.key
