"""Where a fact stands in the observation document, as a JSON pointer (RFC 6901). Pure."""

from probe.case.called import placed
from probe.facts.certificate import Certificate
from probe.facts.observation import Call, Exchange, Handshake, Observation


def pointer(seen: Observation, fact: object, call: Call | None = None) -> str:
    """The place of this very step, attempt, fetch, resolution or store; of a fact of ``call``, or of the attempt that was made of it, its place there.

    What stands nowhere is an assumption of the target.
    """
    if call and (inside := _in_call(seen, fact, call)):
        return inside
    for number, attempt in enumerate(seen.attempts):
        if attempt is fact:
            return f"/attempts/{number}"
        for place, one in enumerate(attempt.steps):
            if one is fact:
                return f"/attempts/{number}/steps/{place}"
    for field, facts in (("fetches", seen.fetches), ("resolutions", seen.resolutions), ("lookups", seen.lookups), ("stores", seen.stores)):
        for number, other in enumerate(facts):
            if other is fact:
                return f"/{field}/{number}"
    return "/target"


def held(seen: Observation, certificate: Certificate, fetched: tuple[tuple[str, Certificate], ...], call: Call | None = None) -> str:
    """The place of a certificate that was not sent: in a store, beside the call, or in a fetched document (``fetched``: URL and certificate)."""
    for number, store in enumerate(seen.stores):
        if certificate in store.certificates:
            return f"/stores/{number}/certificates/{store.certificates.index(certificate)}"
    if call and (beside := placed(seen, certificate)):
        return beside
    return next((pointer(seen, one, call) for one in seen.fetches for url, other in fetched if other == certificate and one.url == url), "/target")


def _in_call(seen: Observation, fact: object, call: Call) -> str:
    number = next(number for number, one in enumerate(seen.calls) if one is call)
    if fact is call:
        return f"/calls/{number}"
    if isinstance(fact, Handshake):
        return f"/calls/{number}/handshake"
    return f"/calls/{number}/exchange" if isinstance(fact, Exchange) else ""
