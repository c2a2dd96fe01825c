"""Stores that are looked into without trusting them: the public authorities, and what this system trusts when the named store does not know the issuer."""

from dataclasses import replace

from probe.capture.stores import Loaded, glance, load, relevant
from probe.case.case import cases, fetched
from probe.case.path import Why
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.observation import Observation
from probe.facts.target import Target
from probe.facts.trust import TrustStore
from probe.facts.unusable import Unusable

CERTIFI, SYSTEM, NONE = "certifi", "system", "none"
UNKNOWN_ROOT = (Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.SELF_SIGNED)


class Others:
    """Reads each store once, when it is first needed.

    Raises ``Unusable`` at once for a list of public authorities that the user named and that cannot be read.
    """

    def __init__(self, target: Target, trusted: tuple[Loaded, ...]) -> None:
        self.target = target
        self._read: dict[str, Loaded | None] = {one.source: one for one in trusted}
        if target.public not in (CERTIFI, NONE, *self._read):
            self._read[target.public] = load(target.public)

    def added(self, observation: Observation) -> Observation:
        """The observation with what these stores hold of the chains in it."""
        certificates = involved(observation)
        if not certificates:
            return observation
        wanted = [self.target.public] if self.target.public != NONE else []
        if SYSTEM not in (*self.target.trust, *wanted) and any(case.refusing(*UNKNOWN_ROOT) for case in cases(observation)):
            wanted.append(SYSTEM)
        if wanted == [CERTIFI] and CERTIFI not in self._read and (seen := _glanced(observation, certificates)):
            return replace(observation, compared=(seen,))
        found = tuple(loaded for one in wanted if (loaded := self._loaded(one)))
        return replace(observation, compared=tuple(replace(relevant(one, certificates), skipped=()) for one in found))

    def _loaded(self, source: str) -> Loaded | None:
        if source not in self._read:
            try:
                self._read[source] = load(source)
            except Unusable:
                # Nobody asked for this store: without it there is nothing to compare, and the check goes on.
                self._read[source] = None
        return self._read[source]


def _glanced(observation: Observation, certificates: tuple[Certificate, ...]) -> TrustStore | None:
    """The public list as far as it matters to a chain that is accepted and ends at a root of the user's own; ``None`` when it has to be read."""
    found = cases(observation)
    tops = [verdict.path.links[-1].certificate for case in found for verdict in case.verdicts if verdict.path]
    if not all(case.chain_accepted for case in found) or not tops or not all(is_self_issued(one) for one in tops):
        return None
    return glance((*certificates, *(one for case in found for one in case.anchors)))


def involved(observation: Observation) -> tuple[Certificate, ...]:
    """Every certificate that was sent or fetched, each once."""
    shown = dict.fromkeys(one for case in cases(replace(observation, stores=())) for again in case.tries for one in again.presented)
    return tuple(dict.fromkeys((*shown, *(one for _, one in fetched(observation)))))
