"""Where a fact stands in the observation document, as a JSON pointer (RFC 6901). Pure."""

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
    for field, facts in (("fetches", seen.fetches), ("resolutions", seen.resolutions), ("stores", seen.stores)):
        for number, other in enumerate(facts):
            if other is fact:
                return f"/{field}/{number}"
    return "/target"


def _in_call(seen: Observation, fact: object, call: Call) -> str:
    number = next(number for number, one in enumerate(seen.calls) if one is call)
    if fact is call:
        return f"/calls/{number}"
    if isinstance(fact, Handshake):
        return f"/calls/{number}/handshake"
    return f"/calls/{number}/exchange" if isinstance(fact, Exchange) else ""
