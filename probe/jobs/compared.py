"""Stores that are looked into without trusting them: the public authorities, and what this system trusts when the named store does not know the issuer."""

from dataclasses import replace

from probe.capture.stores import Loaded, glance, load, relevant
from probe.case.called import of_caller
from probe.case.case import Case, cases, fetched
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
        self._seen: Observation | None = None
        if target.public not in (CERTIFI, NONE, *self._read):
            self._read[target.public] = load(target.public)

    def added(self, observation: Observation) -> Observation:
        """The observation with what these stores hold of the chains in it."""
        if self._seen is not None and _the_same(self._seen, observation):
            return replace(observation, compared=self._seen.compared)
        self._seen = replace(observation, compared=self._compared(observation))
        return self._seen

    def _compared(self, observation: Observation) -> tuple[TrustStore, ...]:
        certificates = involved(observation)
        if not certificates:
            return observation.compared
        found = cases(observation)
        wanted = [self.target.public] if self.target.public != NONE else []
        if SYSTEM not in (*self.target.trust, *wanted) and any(case.refusing(*UNKNOWN_ROOT) for case in found):
            wanted.append(SYSTEM)
        if wanted == [CERTIFI] and CERTIFI not in self._read and (seen := _glanced(found, certificates)):
            return (seen,)
        stores = tuple(loaded for one in wanted if (loaded := self._loaded(one)))
        return tuple(replace(relevant(one, certificates), skipped=()) for one in stores)

    def _loaded(self, source: str) -> Loaded | None:
        if source not in self._read:
            try:
                self._read[source] = load(source)
            except Unusable:
                # Nobody asked for this store: without it there is nothing to compare, and the check goes on.
                self._read[source] = None
        return self._read[source]


def _the_same(before: Observation, now: Observation) -> bool:
    """Whether nothing new was seen since: the last look of a check often finds only that time has passed."""
    return replace(now, took=before.took, compared=before.compared) == before


def _glanced(found: tuple[Case, ...], certificates: tuple[Certificate, ...]) -> TrustStore | None:
    """The public list as far as it matters to a chain that is accepted and ends at a root of the user's own; ``None`` when it has to be read."""
    tops = [verdict.path.links[-1].certificate for case in found for verdict in case.verdicts if verdict.path]
    if not all(case.chain_accepted for case in found) or not tops or not all(is_self_issued(one) for one in tops):
        return None
    return glance((*certificates, *(one for case in found for one in case.anchors)))


def _met(case: Case) -> tuple[Case, ...]:
    """Every time that this address was asked in the ordinary way, and the one without the proxy."""
    return (*case.tries, *((case.direct,) if case.direct else ()))


def involved(observation: Observation) -> tuple[Certificate, ...]:
    """Every certificate that was sent, by either side, or fetched, each once; of inspected files where their chains end."""
    if observation.target.inspecting:
        from probe.case.files import Files  # a check needs none of it

        files = Files(observation)
        return tuple(dict.fromkeys((*(one.top for one in files.chains), *(one for _, one in files.fetched))))
    shown = dict.fromkeys(one for case in cases(replace(observation, stores=())) for again in _met(case) for one in again.presented)
    shown |= dict.fromkeys(one for call in observation.calls for one in of_caller(call))
    ours = observation.identity.certificates if observation.identity else ()
    return tuple(dict.fromkeys((*shown, *ours, *(one for _, one in fetched(observation)))))
