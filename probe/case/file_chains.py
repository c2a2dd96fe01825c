"""The chains that can be built of the certificates in files, and the issuers that are missing at their ends. Pure; ``probe.case.build`` finds the paths."""

from collections import deque
from datetime import datetime
from enum import StrEnum

from probe.case.build import build
from probe.case.checks import examine_all
from probe.case.path import Origin, Path, Why
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.noun import noun
from probe.facts.reading import Name

CHAINS = 500
"""Chains that are built; a folder with more end-entity certificates is an archive, and nobody reads more."""
PATHS = 6
"""Ways up that are kept for one certificate."""
RELEVANT = 200
"""Certificates that are looked at for one chain."""
IGNORED = frozenset({Why.EKU, Why.KEY_USAGE, Why.NOT_TRUSTED, Why.SELF_SIGNED, Why.NOT_PRESENTED})
"""What depends on what a certificate is used for, or on what somebody trusts; of files neither is known."""


class End(StrEnum):
    """How a chain ends."""

    ROOT = "root"  # a self-signed certificate of these files
    STORE = "store"  # a self-signed certificate that is in the trust store, and not in these files
    FETCHED = "fetched"  # all the way up, but with certificates that had to be fetched
    ITSELF = "itself"  # an end-entity certificate that signed itself
    OPEN = "open"  # the issuer is nowhere
    REKEYED = "rekeyed"  # an issuer of that name is there, with another key
    BROKEN = "broken"  # the issuer is there, and the signature is wrong


@noun
class Chain:
    """One certificate and the nearest way up from it; ``others`` are further ways. ``path`` has what stands against it by itself."""

    tip: Certificate
    path: Path
    end: End
    others: tuple[Path, ...] = ()

    @property
    def top(self) -> Certificate:
        """The last certificate that is known."""
        return self.path.links[-1].certificate

    @property
    def absent(self) -> tuple[tuple[Certificate, str], ...]:
        """Certificates of the way that are not in these files, each with where it is: a URL, or "" for the trust store. Roots are not among them."""
        return tuple((one.certificate, one.url or "") for one in self.path.links if one.origin is not Origin.PRESENTED and not is_self_issued(one.certificate))


@noun
class OpenEnd:
    """An issuer that is nowhere: its name, the identifiers of its key and URLs as the certificates say that want it."""

    issuer: Name
    wanted_by: tuple[Certificate, ...]
    key_ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    lookalike: bool = False

    @property
    def organisation(self) -> str:
        """The organisation in its name, "" without one."""
        return next((value for label, value in self.issuer.attributes if label == "O"), "")


class Known:
    """All certificates at hand, by subject."""

    def __init__(
        self,
        held: tuple[Certificate, ...],
        roots: tuple[Certificate, ...],
        trusted: tuple[Certificate, ...],
        fetched: tuple[tuple[str, Certificate], ...],
        at: datetime,
    ) -> None:
        self.held, self.roots, self.at = frozenset(held), frozenset(roots), at
        self.trusted = frozenset(trusted)
        self.urls = {one: url for url, one in fetched}
        self.by_subject: dict[bytes, list[Certificate]] = {}
        for one in dict.fromkeys((*held, *trusted, *self.urls)):
            if one.read.subject is not None:
                self.by_subject.setdefault(one.read.subject.key, []).append(one)

    def chains(self, tips: tuple[Certificate, ...]) -> tuple[Chain, ...]:
        """The chain of each tip, in their order."""
        return tuple(self._chain(one) for one in tips[:CHAINS])

    def _chain(self, tip: Certificate) -> Chain:
        near = self._near(tip)
        held = tuple(one for one in near if one in self.held)
        anchors = tuple(one for one in near if one in self.roots or one in self.trusted)
        fetched = tuple((self.urls[one], one) for one in near if one in self.urls and one not in self.held)
        found = examine_all(build((tip, *held), anchors, fetched), self.at).paths
        plain = [_plain(one) for one in found[:PATHS]]
        return Chain(tip=tip, path=plain[0], end=self._end(found[0]), others=tuple(plain[1:]))

    def _near(self, tip: Certificate) -> tuple[Certificate, ...]:
        """Whatever could be above a certificate, by name."""
        found: dict[Certificate, None] = {}
        waiting = deque([tip])
        while waiting and len(found) < RELEVANT:
            issuer = waiting.popleft().read.issuer
            for one in self.by_subject.get(issuer.key, ()) if issuer else ():
                if one not in found and one != tip:
                    found[one] = None
                    waiting.append(one)
        return tuple(found)

    def _end(self, path: Path) -> End:
        top = path.links[-1]
        whys = {one.why for one in path.objections}
        if Why.BAD_SIGNATURE in whys:
            return End.BROKEN
        if Why.ISSUER_REKEYED in whys:
            return End.REKEYED
        if Why.ISSUER_UNKNOWN in whys or Why.UNREADABLE in whys:
            return End.OPEN
        if len(path.links) == 1:
            return End.ITSELF
        between = [one for one in path.links if one.origin is not Origin.PRESENTED and not is_self_issued(one.certificate)]
        if between:
            return End.FETCHED
        return End.ROOT if top.certificate in self.held else End.STORE if top.certificate in self.trusted else End.FETCHED


def _plain(path: Path) -> Path:
    return Path(links=path.links, objections=tuple(one for one in path.objections if one.why not in IGNORED))


def open_ends(chains: tuple[Chain, ...]) -> tuple[OpenEnd, ...]:
    """The missing issuers of these chains, each once, in the order in which they are met."""
    wanted: dict[bytes, list[tuple[Certificate, bool]]] = {}
    for one in chains:
        if one.end not in (End.OPEN, End.REKEYED):
            continue
        for objection in one.path.objections:
            issuer = objection.about.read.issuer
            if issuer is not None and objection.why in (Why.ISSUER_UNKNOWN, Why.ISSUER_REKEYED):
                wanted.setdefault(issuer.key, []).append((objection.about, objection.why is Why.ISSUER_REKEYED))
    found = []
    for some in wanted.values():
        certificates = tuple(dict.fromkeys(one for one, _ in some))
        issuer = certificates[0].read.issuer
        if issuer is not None:
            ids = dict.fromkeys(one.read.authority_key_id.hex(":").upper() for one in certificates if one.read.authority_key_id)
            urls = dict.fromkeys(url for one in certificates for url in one.read.ca_issuers)
            found.append(OpenEnd(issuer=issuer, wanted_by=certificates, key_ids=tuple(ids), urls=tuple(urls), lookalike=any(lost for _, lost in some)))
    return tuple(found)
