"""The addresses behind one name answer differently.

A name can lead to several addresses, and a client takes any of them. Here they do not behave alike: one is healthy
while another refuses, or shows another chain. Users see a fault that comes and goes. A forgotten machine behind a load
balancer, or an IPv6 address that leads somewhere else, are the usual reasons.

Clients say: whatever the address that they happened to take makes them say.
"""

from probe.case.case import Case
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(title="The addresses behind this name answer differently", owner=Owner.SERVER, actions=("align-servers",), references=("RFC 8305 section 4",))


def judge(case: Case) -> Finding | None:
    """Compared are: whether the port accepts, whether the handshake completes, whether the client stacks accept the chain, and the chain itself."""
    everyone = sorted((case, *case.siblings), key=lambda one: [attempt.address for attempt in case.observation.attempts].index(one.address or ""))
    tried = [one for one in everyone if one.connect and one.connect.ending.how not in (How.LOCAL, How.UNREACHABLE)]
    if len(tried) < 2:
        return None
    states = {one.address: _state(one) for one in tried}
    if len(set(states.values())) > 1:
        good = [one for one in tried if _healthy(one)]
        answering = [one for one in tried if one.connected]
        outcomes = {_state(one) for one in answering}
        breaks = len(outcomes) > 1
        return Finding(
            effect=Effect.BREAKS if breaks else Effect.RISKS,
            certainty=Certainty.PROVEN,
            summary=f"Of {len(tried)} addresses behind {case.target.host}, {len(good)} {'is' if len(good) == 1 else 'are'} healthy: "
            + "; ".join(f"{address} {state}" for address, state in states.items())
            + ".",
            evidence=tuple(Evidence(says=f"{one.address}: {states[one.address]}.", at=one.pointer(one.handshake or one.connect)) for one in tried),
            values=(("addresses", ", ".join(str(one.address) for one in tried if not _healthy(one))),),
        )
    chains = {one.presented for one in tried}
    if len(chains) > 1:
        return Finding(
            effect=Effect.NOTE,
            summary=f"The {len(tried)} addresses behind {case.target.host} send {len(chains)} different chains; each is judged like the others.",
            evidence=tuple(
                Evidence(says=f"{one.address} sends {len(one.presented)} certificates.", at=one.pointer(one.chain_handshake or one.connect)) for one in tried
            ),
        )
    return None


def _healthy(case: Case) -> bool:
    return _state(case) == "works"


def _state(case: Case) -> str:
    """What became of one address, in words that are equal for equal outcomes."""
    if not case.connected:
        return f"does not accept connections ({case.connect.ending.how if case.connect else 'not tried'})"
    if not case.established:
        return f"does not complete the handshake ({case.handshake.ending.how if case.handshake else 'not tried'})"
    refused = [one for one in case.verdicts if one.accepts is False]
    if refused:
        whys = dict.fromkeys(objection.why.value for one in refused for objection in one.objections)
        reasons = list(whys) + (["name"] if any(one.name_refused for one in refused) else [])
        return f"shows a certificate that clients refuse ({', '.join(reasons)})"
    return "works"
