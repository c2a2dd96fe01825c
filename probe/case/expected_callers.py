"""Whose client certificates a server has to accept when a known system calls it: that system's authorities, held against those that the server names. Pure."""

from collections.abc import Iterable

from probe.case.case import Case
from probe.case.environments import found
from probe.facts.certificate import Certificate
from probe.facts.distinguished import name, text_of
from probe.facts.noun import noun
from probe.facts.profile import Agreement
from probe.facts.trust import TrustStore

EVERYBODYS = frozenset({"system", "certifi", "java", "none"})
"""Kinds of stores that are nobody's in particular."""
KEPT = 20
"""Authorities of a caller that a saved observation keeps."""


@noun
class Callers:
    """``known`` are the caller's authorities, ``sources`` the files that they stand in; ``sure``: the profile names those files as the caller's.

    ``accepted`` are those of them, or of the issuers that a mark of an environment fits, that the server names, as text.
    """

    known: tuple[Certificate, ...] = ()
    sources: tuple[str, ...] = ()
    sure: bool = False
    marked: bool = False
    accepted: tuple[str, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether anything is known of the caller that the server's list can be compared with."""
        return bool(self.known) or self.marked


def kept(agreement: Agreement | None, kind: str, certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Of a store of this kind the authorities of a caller: a saved observation must keep them, though the server's own chain does not lead there."""
    if agreement is None or agreement.endpoint.direction != "in" or kind in EVERYBODYS:
        return ()
    return tuple(one for one in certificates if one.read.is_ca)[:KEPT]


def callers(case: Case) -> Callers:
    """What is known of the system that calls, and what the server names of it."""
    agreement = case.observation.agreement
    if agreement is None:
        return Callers()
    stores = [one for one in case.observation.stores if one.kind not in EVERYBODYS]
    theirs = [one for one in stores if one.source in agreement.trust.files]
    known = _authorities(theirs or stores)
    keys = {one.read.subject.key for one in known if one.read.subject}
    patterns = tuple(mark.text for one in agreement.environments for mark in one.marks.client_issuer_regex if one.name == agreement.environment)
    named = case.client.issuers
    accepted = tuple(text_of(one) for one in named if _key(one) in keys or any(found(pattern, text_of(one)) for pattern in patterns))
    return Callers(known=known, sources=tuple(one.source for one in theirs or stores), sure=bool(theirs), marked=bool(patterns), accepted=accepted)


def _authorities(stores: Iterable[TrustStore]) -> tuple[Certificate, ...]:
    return tuple(dict.fromkeys(one for store in stores for one in store.certificates if one.read.is_ca))[:KEPT]


def _key(encoded: bytes) -> bytes | None:
    try:
        return name(encoded)[0].key
    except ValueError:
        return None
