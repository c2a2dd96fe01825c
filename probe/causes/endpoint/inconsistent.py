"""The addresses behind one name, or the machines behind one address, answer differently.

A name can lead to several addresses, and a client takes any of them; a load balancer hides several machines behind one
address. Here they do not behave alike: one is healthy while another refuses, or shows another chain. Users see a fault
that comes and goes. A forgotten machine behind a load balancer, or an IPv6 address that leads somewhere else, are the
usual reasons. With --repeat each address is asked several times, so that machines behind a balancer are met.

Clients say: whatever the address that they happened to take makes them say.
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(title="The machines behind this name answer differently", owner=Owner.SERVER, actions=("align-servers",), references=("RFC 8305 section 4",))
GATEWAY = (502, 503, 504)
"""What a web server or balancer answers when the machine behind it does not (RFC 9110 section 15.6)."""


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Connect to every address, or several times to the same one."""
    one = "openssl s_client -brief -connect {each_peer} {sni} {verify} </dev/null"
    times = case.target.repeat
    command = one if times < 2 else f"for one in $(seq {times}); do {one}; done"
    return Shown(commands=(command,), shows="What OpenSSL prints is not the same every time.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Compared are: whether the port accepts, whether the handshake completes, whether the client stacks accept the chain, the first words, the chain."""
    everyone = sorted((case, *case.siblings), key=lambda one: [attempt.address for attempt in case.observation.attempts].index(one.address or ""))
    tried = [one for one in everyone if one.connect and one.connect.ending.how not in (How.LOCAL, How.UNREACHABLE)]
    if case.target.repeat > 1 and everyone[0] is not case:
        # One address says it for all: to judge every connection again for each of them would take long.
        return None
    uneven = [one for one in tried if len({_state(again) for again in _answered(one)}) > 1]
    if uneven:
        return _one_bad_machine(case, uneven)
    if len(tried) < 2:
        return _other_chains(case, tried)
    states = {one.address: _state(one) for one in tried}
    if len(set(states.values())) > 1:
        good = [one for one in tried if _healthy(one)]
        answering = [one for one in tried if one.connected]
        outcomes = {_state(one) for one in answering}
        # When none is healthy there is nothing to bring the others into line with: what breaks each of them counts.
        breaks = len(outcomes) > 1 and bool(good)
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
    return _other_chains(case, tried)


def _answered(case: Case) -> tuple[Case, ...]:
    """The times that this address was asked, without those that this machine itself ended."""
    return tuple(one for one in case.tries if one.connect and one.connect.ending.how is not How.LOCAL)


def _one_bad_machine(case: Case, uneven: list[Case]) -> Finding:
    """Say how many connections to each address came to what."""
    sentences, evidence = [], []
    for one in uneven:
        tries = _answered(one)
        states = [_state(again) for again in tries]
        counted = [(state, states.count(state)) for state in dict.fromkeys(states)]
        bad = [(state, count) for state, count in counted if state != "works"]
        failing = sum(count for _, count in bad)
        sentences.append(
            f"{failing} of {len(tries)} connections to {one.address} {'fails' if failing == 1 else 'fail'}: "
            + "; ".join(f"{count} time{'s' if count != 1 else ''} it {state}" for state, count in bad)
            + "."
        )
        for state, count in counted:
            example = tries[states.index(state)]
            says = f"{count} of {len(tries)} connections: {one.address} {state}."
            evidence.append(Evidence(says=says, at=case.pointer(example.handshake or example.connect)))
    return Finding(
        effect=Effect.BREAKS,
        summary=" ".join(sentences),
        evidence=tuple(evidence),
        values=(("addresses", ", ".join(f"the machines behind {one.address}" for one in uneven)),),
    )


def _other_chains(case: Case, tried: list[Case]) -> Finding | None:
    """Every connection to an address is alike, but for the certificates."""
    for one in tried:
        leaves = [again.leaf for again in one.tries if again.leaf]
        if len(set(leaves)) > 1:
            return Finding(
                effect=Effect.NOTE,
                summary=f"{len(leaves)} connections to {one.address} met {len(set(leaves))} different certificates; each is judged like the others.",
                evidence=tuple(
                    Evidence(says=f"{leaves.count(leaf)} of {len(leaves)} connections show this certificate.", at=case.pointer(again.chain_handshake))
                    for leaf, again in {again.leaf: again for again in reversed(one.tries) if again.leaf}.items()
                ),
            )
    return None


def _healthy(case: Case) -> bool:
    return _state(case) == "works"


def _state(case: Case) -> str:
    """What became of one connection, in words that are equal for equal outcomes."""
    if not case.connected and case.tunnel:
        return f"is not reached by the proxy ({case.tunnel.status if case.tunnel.status is not None else case.tunnel.ending.how})"
    if not case.connected:
        return f"does not accept connections ({case.connect.ending.how if case.connect else 'not tried'})"
    if case.start and case.handshake is None:
        return f"does not come to TLS after the words before it ({case.start.ending.how})"
    if not case.established:
        return f"does not complete the handshake ({case.handshake.ending.how if case.handshake else 'not tried'})"
    refused = [one for one in case.verdicts if one.accepts is False]
    if refused:
        whys = dict.fromkeys(objection.why.value for one in refused for objection in one.objections)
        reasons = list(whys) + (["name"] if any(one.name_refused for one in refused) else [])
        return f"shows a certificate that clients refuse ({', '.join(reasons)})"
    return _answer(case) or "works"


def _answer(case: Case) -> str | None:
    """What is wrong with the first words, where that depends on the machine that answers; other answers may differ for good reasons."""
    one = case.exchange
    if one is None:
        return None
    if one.protocol == "https" and one.status in GATEWAY:
        return f"answers HTTP {one.status}"
    # Where nobody said that the service speaks this protocol, an answer that is none proves nothing.
    if case.target.guessed:
        return None
    if one.status is None:
        return "ends the connection without an answer" if one.ending.how in (How.CLOSED, How.RESET) else None
    if one.protocol == "https" and one.status == 400 and case.hello and case.hello.certificate_requested:
        return "wants a client certificate"
    return None
