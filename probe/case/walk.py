"""How client stacks choose the path that they judge. A stack often takes another one than the best."""

from collections.abc import Iterable
from datetime import UTC, datetime

from probe.case.build import assemble
from probe.case.checks import EPHEMERAL, distance, examine
from probe.case.edge import Agreement, agreement, kind_fits
from probe.case.path import Link, Objection, Origin, Path, Paths, Why
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.noun import noun
from probe.stacks import Stack

ENDINGS = frozenset({Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.SELF_SIGNED})
"""Objections about how a path ends."""
MAX_STEPS = 1000
"""Intermediates of a chain that is chosen step by step, where the stack itself has no limit."""


@noun
class Walk:
    """A path that a stack came to judge.

    ``anchor`` is the index of the certificate with which it ends for this stack, ``None`` if it never gets there; ``ends`` where the stack stopped looking.
    ``searching`` when it looked for a path because the chain as sent was none. ``pinned`` when only the name is left to check. ``too_long`` when it gave up
    at its own limit.
    """

    path: Path
    anchor: int | None
    ends: int
    searching: bool = False
    pinned: bool = False
    too_long: bool = False


@noun
class Ground:
    """What all stacks have before them. ``at`` is the time of judgement, ``key_exchange`` as in ``checks.examine``."""

    presented: tuple[Certificate, ...]
    anchors: tuple[Certificate, ...]
    paths: Paths
    at: datetime
    store_empty: bool = False
    key_exchange: str = EPHEMERAL

    def link(self, certificate: Certificate) -> Link:
        """The certificate as a link: presented before stored."""
        anchor = certificate in self.anchors
        if certificate in self.presented:
            return Link(certificate=certificate, origin=Origin.PRESENTED, index=self.presented.index(certificate), anchor=anchor)
        return Link(certificate=certificate, origin=Origin.STORE, anchor=anchor)

    def judged(self, certificates: Iterable[Certificate], reached: bool) -> Path:
        """A path of these certificates with all objections; how a reached anchor is signed itself does not count."""
        links = tuple(self.link(one) for one in certificates)
        path = examine(assemble(links, self.presented, self.anchors), self.at, self.key_exchange)
        return without_ending(path) if reached else path

    def beyond(self, certificates: tuple[Certificate, ...]) -> Path | None:
        """The nearest known path that begins with these certificates."""
        starts = [one for one in self.paths.paths if tuple(link.certificate for link in one.links[: len(certificates)]) == certificates]
        return min(starts, key=distance, default=None)


def without_ending(path: Path) -> Path:
    """The path without the objections to how its last certificate is signed."""
    last = len(path.links) - 1
    return Path(links=path.links, objections=tuple(one for one in path.objections if one.at < last or one.why not in ENDINGS))


def greedy(stack: Stack, ground: Ground) -> Walk:
    """One issuer after the other, by name and key identifiers only: from the store first, then from the presented; once in the store never back.

    This is ``build_chain`` of OpenSSL 1.1 and later with X509_V_FLAG_TRUSTED_FIRST (the default), without alternative chains, which need that flag off.
    """
    chain = [ground.presented[0]]
    untrusted = list(dict.fromkeys(ground.presented))
    sent, from_store_only = 1, False
    most = stack.search.max_intermediates or MAX_STEPS
    while True:
        if len(chain) > most + 1:
            return Walk(path=ground.judged(chain, reached=False), anchor=None, ends=len(chain) - 1, too_long=True)
        current, alone = chain[-1], _signs_itself(chain[-1])
        issuer = _candidate(current, chain, ground.anchors, ground.at)
        if issuer is not None and not (alone and issuer != current):
            if alone:
                sent -= 1
            else:
                chain.append(issuer)
            from_store_only = True
            if stack.anchors.intermediate or any(_signs_itself(one) for one in chain[sent:]):
                return Walk(path=ground.judged(chain, reached=True), anchor=len(chain) - 1, ends=len(chain) - 1)
            if not _signs_itself(chain[-1]):
                continue
        if from_store_only:
            break
        issuer = None if alone else _candidate(current, chain, tuple(untrusted), ground.at)
        if issuer is None:
            break
        untrusted.remove(issuer)
        chain.append(issuer)
        sent += 1
    if stack.anchors.leaf != "no" and chain[0] in ground.anchors:
        return Walk(path=ground.judged(chain[:1], reached=True), anchor=0, ends=0, pinned=stack.anchors.leaf == "unchecked")
    return _dead_end(ground, tuple(chain))


def _dead_end(ground: Ground, chain: tuple[Certificate, ...]) -> Walk:
    """The chain that led nowhere, gone on with along the nearest path, so that all that stands in the way is seen."""
    ends = len(chain) - 1
    path = ground.beyond(chain) or ground.judged(chain, reached=False)
    here = [one for one in path.objections if one.at == ends or (one.why is Why.NOT_PRESENTED and one.at == ends + 1)]
    stopping = {*ENDINGS, Why.NOT_PRESENTED, Why.KEY_ID, Why.UNREADABLE}
    if len(path.links) > len(chain) and agreement(chain[-1], path.links[len(chain)].certificate) is Agreement.DISAGREE:
        stopping |= {Why.ISSUER_REKEYED, Why.BAD_SIGNATURE}
    if not any(one.why in stopping for one in here):
        says = f'This client does not go on from "{title(chain[-1])}" to the certificates that the server sent; it looks only into its store from there.'
        extra = Objection(why=Why.NOT_TRUSTED, at=ends, about=chain[-1], facts=(says,))
        path = Path(links=path.links, objections=tuple(sorted((*path.objections, extra), key=lambda one: one.at)))
    last = len(path.links) - 1
    return Walk(path=path, anchor=last if path.links[-1].anchor and last > ends else None, ends=ends)


def _signs_itself(certificate: Certificate) -> bool:
    """What OpenSSL takes for self-signed: name, key identifiers and kind of key agree; the signature itself is not looked at."""
    return is_self_issued(certificate) and agreement(certificate, certificate) is not Agreement.DISAGREE and kind_fits(certificate, certificate)


def _candidate(current: Certificate, chain: list[Certificate], pool: tuple[Certificate, ...], at: datetime) -> Certificate | None:
    """The first that may have issued ``current`` and is valid now; else the one that ends last."""
    issuer = current.read.issuer
    if issuer is None:
        return None
    fallback: Certificate | None = None
    for one in pool:
        subject = one.read.subject
        if subject is None or subject.key != issuer.key or agreement(current, one) is Agreement.DISAGREE or not kind_fits(current, one):
            continue
        if one in chain and not (len(chain) == 1 and _signs_itself(current)):
            continue
        if valid(one, at):
            return one
        if fallback is None or _end(one) > _end(fallback):
            fallback = one
    return fallback


def valid(certificate: Certificate, at: datetime) -> bool:
    """Whether the time lies within the validity, without its very last second."""
    read = certificate.read
    return read.not_before is not None and read.not_after is not None and read.not_before <= at < read.not_after


def _end(certificate: Certificate) -> datetime:
    return certificate.read.not_after or datetime.min.replace(tzinfo=UTC)


def as_sent(stack: Stack, ground: Ground) -> tuple[Walk, ...] | None:
    """The walks over the chain as sent, if each certificate has the name of the issuer of the one before and the last leads to an anchor's name; else ``None``.

    One walk for each anchor that may be meant. It ends below the first certificate that is itself an anchor (or has the name and key of one).
    """
    trusted, below = set(ground.anchors), list[Certificate]()
    keys = {(one.read.subject.key, one.read.key.spki) for one in ground.anchors if one.read.subject and one.read.key}
    for one in ground.presented:
        read = one.read
        if read.subject is None or read.issuer is None:
            return None
        if below and (issuer := below[-1].read.issuer) and read.subject.key != issuer.key:
            return None
        if not below and one in trusted and stack.anchors.leaf != "no":
            return (Walk(path=ground.judged((one,), reached=True), anchor=0, ends=0, pinned=stack.anchors.leaf == "unchecked"),)
        same_key = stack.anchors.same_key and read.key is not None and (read.subject.key, read.key.spki) in keys
        if below and (one in trusted or same_key):
            break
        below.append(one)
    top = below[-1].read.issuer
    named = [one for one in ground.anchors if top and one.read.subject and one.read.subject.key == top.key]
    # Where key identifiers exclude all of them, none is tried; the nearest shows what is wrong.
    fitting = [one for one in named if agreement(below[-1], one) is not Agreement.DISAGREE] or named[:1]
    return tuple(_led_to(ground, below, one) for one in fitting) or None


def _led_to(ground: Ground, below: list[Certificate], anchor: Certificate) -> Walk:
    return Walk(path=ground.judged((*below, anchor), reached=True), anchor=len(below), ends=len(below))


def searched(stack: Stack, ground: Ground) -> tuple[Walk, ...]:
    """The known paths, each up to the first anchor that counts for this stack."""
    found: list[Walk] = []
    for path in ground.paths.paths:
        last = len(path.links) - 1
        ends = next(
            (
                index
                for index, link in enumerate(path.links)
                if link.anchor and (index or stack.anchors.leaf != "no") and (index == last or stack.anchors.intermediate)
            ),
            None,
        )
        if ends is None:
            found.append(Walk(path=path, anchor=None, ends=last, searching=True))
            continue
        cut = path if ends == last else examine(assemble(path.links[: ends + 1], ground.presented, ground.anchors), ground.at, ground.key_exchange)
        pinned = ends == 0 and stack.anchors.leaf == "unchecked"
        found.append(Walk(path=without_ending(cut), anchor=ends, ends=ends, searching=True, pinned=pinned))
    return tuple(found)
