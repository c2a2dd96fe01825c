"""All certification paths from the first presented certificate upwards (RFC 5280 section 6, RFC 4158), each as far as it goes.

Nothing is thrown away: where no key fits, the path goes on through the nearest candidate and says so. What a client makes of it is not decided here.
"""

from collections import deque
from collections.abc import Iterable

from probe.case.edge import Agreement, agreement, self_signed
from probe.case.names import compare
from probe.case.path import Link, Objection, Origin, Path, Paths, Why
from probe.case.signature import Signed, signed_by
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.noun import noun

MAX_DEPTH = 32
"""Certificates of a path. Clients refuse far shorter ones; real paths have two to five."""
MAX_PATHS = 64
"""Paths that are kept. The nearest are found first, and nobody reads more."""
MAX_NODES = 4000
"""Beginnings of paths that are looked at. Cross-signed meshes grow exponentially; this many take a fraction of a second."""
MAX_SIGNATURES = 1500
"""Signature checks. One takes up to a tenth of a millisecond, so that hostile chains cost no more than a sixth of a second."""


@noun
class _Issuer:
    """A candidate for the next link and what stands against the step to it."""

    link: Link
    objections: tuple[Objection, ...] = ()


class _Known:
    """All certificates that are known, by subject, each once: presented before stored before fetched."""

    def __init__(self, presented: tuple[Certificate, ...], anchors: tuple[Certificate, ...], fetched: tuple[tuple[str, Certificate], ...]) -> None:
        self.trusted = frozenset(anchors)
        self.links: dict[Certificate, Link] = {}
        self.by_subject: dict[bytes, list[Link]] = {}
        self.left = MAX_SIGNATURES
        self.exhausted = False
        for index, one in enumerate(presented):
            self._add(Link(certificate=one, origin=Origin.PRESENTED, index=index, anchor=one in self.trusted))
        for one in anchors:
            self._add(Link(certificate=one, origin=Origin.STORE, anchor=True))
        for url, one in fetched:
            self._add(Link(certificate=one, origin=Origin.FETCHED, url=url, anchor=one in self.trusted))

    def _add(self, link: Link) -> None:
        if link.certificate in self.links:
            return
        self.links[link.certificate] = link
        subject = link.certificate.read.subject
        if subject is not None:
            self.by_subject.setdefault(subject.key, []).append(link)

    def namesakes(self, child: Link) -> list[Link]:
        """The certificates whose subject is the child's issuer, but not the child itself; anchors first, then the child's own neighbours."""
        issuer = child.certificate.read.issuer
        found = self.by_subject.get(issuer.key, []) if issuer else []
        return sorted((one for one in found if one.certificate != child.certificate), key=lambda one: not one.anchor)

    def signature(self, child: Link, candidate: Link) -> Signed | None:
        """The signature's verdict, or ``None`` when no more may be checked."""
        if self.left <= 0:
            self.exhausted = True
            return None
        self.left -= 1
        return signed_by(child.certificate, candidate.certificate)


def build(presented: tuple[Certificate, ...], anchors: tuple[Certificate, ...], fetched: tuple[tuple[str, Certificate], ...] = ()) -> Paths:
    """Find the paths from ``presented[0]`` over everything that is known; shorter ones first, without the checks that need a time (see ``checks``).

    ``fetched`` are pairs of URL and certificate. Empty without a presented certificate. Never raises; ``truncated`` when one of the limits above ended it.
    """
    if not presented:
        return Paths()
    known = _Known(presented, anchors, fetched)
    begun: deque[Path] = deque([Path(links=(known.links[presented[0]],))])
    found: list[Path] = []
    dead: list[Path] = []
    truncated = False
    nodes = 0
    while begun:
        if len(found) >= MAX_PATHS or nodes >= MAX_NODES:
            truncated = True
            break
        nodes += 1
        path = begun.popleft()
        ending = _ending(path, known)
        if ending is not None:
            found.append(_with(path, ending))
            continue
        if len(path.links) >= MAX_DEPTH:
            truncated = True
            dead.append(path)
            continue
        steps = [one for one in _issuers(path.links[-1], len(path.links) - 1, known) if not _loops(path, one.link)]
        if not steps:
            dead.append(path)
        begun.extend(Path(links=(*path.links, one.link), objections=(*path.objections, *one.objections)) for one in steps)
    if not found:
        found = [_with(one, _circle(one)) for one in (*dead, *begun)][:1]
    return Paths(paths=tuple(_noting_fetched(one) for one in found), truncated=truncated or known.exhausted)


def assemble(links: tuple[Link, ...], presented: tuple[Certificate, ...], anchors: tuple[Certificate, ...]) -> Path:
    """Make a path of links that somebody else chose (a client that picks its issuers in its own way), with what stands against each step."""
    known = _Known(presented, anchors, ())
    path = Path(links=links[:1])
    for at, link in enumerate(links[1:]):
        path = Path(links=(*path.links, link), objections=(*path.objections, *_step(links[at], at, link, known).objections))
    return _noting_fetched(_with(path, _ending(path, known) or ()))


def end_entity(presented: tuple[Certificate, ...], name: str) -> int:
    """Which of the presented is probably the server's own certificate: one that is good for ``name``, else one that issued none of the others and is no CA.

    0 when nothing speaks for another one than the first, where it belongs (RFC 8446 section 4.4.2).
    """
    issuers = {one.read.issuer.key for one in presented if one.read.issuer and not is_self_issued(one)}
    own = [index for index, one in enumerate(presented) if one.read.is_ca is not True]
    fitting = [index for index in own if compare(name, presented[index]).matches]
    leaves = [index for index in own if (subject := presented[index].read.subject) and subject.key not in issuers]
    if fitting or not presented or 0 in leaves:
        return fitting[0] if fitting else 0
    return leaves[0] if leaves else 0


def _with(path: Path, objections: Iterable[Objection]) -> Path:
    return Path(links=path.links, objections=(*path.objections, *objections))


def _loops(path: Path, link: Link) -> bool:
    """Whether the name and key of this certificate are on the path already (RFC 4158 section 2.4.2): going on would lead in a circle."""
    read = link.certificate.read
    for one in path.links:
        other = one.certificate.read
        if one.certificate == link.certificate or (
            read.subject and other.subject and read.key and other.key and read.subject.key == other.subject.key and read.key.spki == other.key.spki
        ):
            return True
    return False


def _ending(path: Path, known: _Known) -> tuple[Objection, ...] | None:
    """What the path ends with, empty for a self-signed anchor; ``None`` when it goes on."""
    at, top = len(path.links) - 1, path.links[-1]
    read = top.certificate.read
    if read.issuer is None or read.subject is None:
        fault = "; ".join(read.faults[:3]) or "issuer or subject cannot be read"
        return (Objection(why=Why.UNREADABLE, at=at, about=top.certificate, facts=(f"The certificate cannot be read: {fault}.",)),)
    namesakes = known.namesakes(top)
    if is_self_issued(top.certificate) and (self_signed(top.certificate) or not namesakes):
        return () if top.anchor else (_not_trusted(top, at, namesakes),)
    return None if namesakes else (_issuer_unknown(top, at),)


def _not_trusted(top: Link, at: int, namesakes: list[Link]) -> Objection:
    name = title(top.certificate)
    facts = [f'"{name}" signed itself and is in no trust store.']
    if not self_signed(top.certificate):
        facts = [f'"{name}" has its own name as issuer and is in no trust store; its signature is not its own key\'s.']
    stored = [one for one in namesakes if one.anchor]
    if stored:
        same = [one for one in stored if one.certificate.read.key == top.certificate.read.key]
        facts.append(f"The trust store has {len(stored)} other certificate(s) of this name, with {'the same' if same else 'another'} key.")
    return Objection(why=Why.NOT_TRUSTED if at else Why.SELF_SIGNED, at=at, about=top.certificate, facts=tuple(facts))


def _issuer_unknown(top: Link, at: int) -> Objection:
    read = top.certificate.read
    facts = [f'No certificate is known whose subject is "{read.issuer.text if read.issuer else ""}".']
    if read.authority_key_id:
        facts.append(f"The key identifier of the issuer is {read.authority_key_id.hex(':')}.")
    facts += [f"The certificate says that its issuer can be fetched from {url}" for url in read.ca_issuers[:3]]
    return Objection(why=Why.ISSUER_UNKNOWN, at=at, about=top.certificate, facts=tuple(facts))


def _circle(path: Path) -> tuple[Objection, ...]:
    at, top = len(path.links) - 1, path.links[-1]
    return (
        Objection(why=Why.ISSUER_UNKNOWN, at=at, about=top.certificate, facts=("The certificates of its issuer's name only lead in a circle, or too far.",)),
    )


def _issuers(child: Link, at: int, known: _Known) -> list[_Issuer]:
    """The candidates to go on with: those whose key fits; else those that cannot be checked; else the nearest that does not fit."""
    judged = [(one, verdict) for one in known.namesakes(child) if (verdict := known.signature(child, one)) is not None]
    for wanted in (Signed.GOOD, Signed.UNKNOWN):
        fitting = [one for one, verdict in judged if verdict is wanted]
        if fitting:
            return [_step(child, at, one, known, wanted) for one in fitting]
    # Whatever a URL gave that does not fit is no candidate: nobody sent it and nobody trusts it.
    judged = [(one, verdict) for one, verdict in judged if one.origin is not Origin.FETCHED]
    if not judged:
        return []
    nearest = min(judged, key=lambda pair: _distance(child, *pair))
    return [_step(child, at, nearest[0], known, nearest[1], len(judged))]


def _distance(child: Link, candidate: Link, verdict: Signed) -> tuple[int, int, bool]:
    """How far a candidate that does not fit is from fitting."""
    order = (Signed.BAD_CONTENT, Signed.BAD, Signed.BAD_KEY)
    return agreement(child.certificate, candidate.certificate).distance, order.index(verdict), not candidate.anchor


def _step(child: Link, at: int, candidate: Link, known: _Known, verdict: Signed | None = None, among: int = 1) -> _Issuer:
    """The step from a link to a candidate for its issuer. ``among`` counts the candidates of the name when none fits."""
    judged = verdict or signed_by(child.certificate, candidate.certificate)
    ids = agreement(child.certificate, candidate.certificate)
    if judged is Signed.GOOD:
        wrong = ids is Agreement.DISAGREE
        return _Issuer(link=candidate, objections=(_objection(Why.KEY_ID, child, at, _key_ids(child, candidate)),) if wrong else ())
    if judged is Signed.UNKNOWN:
        says = f'The signature of "{title(child.certificate)}" has an algorithm or key that cannot be checked here ({child.certificate.read.signature_oid}).'
        return _Issuer(link=candidate, objections=(_objection(Why.SIGNATURE_UNKNOWN, child, at, (says,)),))
    why, facts = _misfit(child, candidate, judged, ids)
    many = (f"{among} certificates of that name are known; none has the key that signed.",) if among > 1 else ()
    return _Issuer(link=candidate, objections=(_objection(why, child, at, (*facts, *many)),))


def _objection(why: Why, child: Link, at: int, facts: tuple[str, ...]) -> Objection:
    return Objection(why=why, at=at, about=child.certificate, facts=facts)


def _key_ids(child: Link, candidate: Link) -> tuple[str, ...]:
    asked, has = child.certificate.read, candidate.certificate.read
    facts = []
    if asked.authority_key_id and has.subject_key_id and asked.authority_key_id != has.subject_key_id:
        names = f'"{title(child.certificate)}" names the issuer\'s key {asked.authority_key_id.hex(":")}'
        facts.append(f'{names}, the key of "{title(candidate.certificate)}" is called {has.subject_key_id.hex(":")}.')
    if asked.authority_serial is not None and asked.authority_serial != has.serial:
        facts.append(
            f'"{title(child.certificate)}" names the issuer\'s serial number {asked.authority_serial:x}, that of the certificate is {has.serial or 0:x}.'
        )
    return tuple(facts)


def _misfit(child: Link, candidate: Link, verdict: Signed, ids: Agreement) -> tuple[Why, tuple[str, ...]]:
    """Whether the issuer has another key or the certificate was altered, as far as it can be told, and how it is known."""
    place = {
        Origin.PRESENTED: f"sent as number {(candidate.index or 0) + 1}",
        Origin.STORE: "in the trust store",
        Origin.FETCHED: f"fetched from {candidate.url}",
    }[candidate.origin]
    serial = candidate.certificate.read.serial
    which = f'the certificate "{title(candidate.certificate)}" ({place}, serial number {serial or 0:x})'
    first = f'The signature of "{title(child.certificate)}" does not fit the key in {which}.'
    if verdict is Signed.BAD_CONTENT:
        return Why.BAD_SIGNATURE, (first, "The key is the one that signed (its padding comes out), the content is not what was signed.")
    if verdict is Signed.BAD_KEY:
        return Why.ISSUER_REKEYED, (first, "Another key signed: with this one not even the padding comes out.", *_key_ids(child, candidate))
    if ids is Agreement.DISAGREE:
        return Why.ISSUER_REKEYED, (first, *_key_ids(child, candidate))
    if ids is Agreement.AGREE:
        return Why.BAD_SIGNATURE, (first, "Both name the same key, so the certificate or its signature was altered.")
    return Why.ISSUER_REKEYED, (first, "There are no key identifiers to compare: either the issuer has a new key, or the certificate was altered.")


def _noting_fetched(path: Path) -> Path:
    """Add an objection for every link that is known only because it was fetched."""
    found = (
        Objection(
            why=Why.NOT_PRESENTED,
            at=at,
            about=link.certificate,
            facts=(f'"{title(link.certificate)}" was not sent by the server; it was fetched from {link.url}',),
        )
        for at, link in enumerate(path.links)
        if link.origin is Origin.FETCHED
    )
    return _with(path, tuple(found))
