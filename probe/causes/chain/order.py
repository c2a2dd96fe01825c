"""The certificates are sent in the wrong order.

The server's own certificate has to come first, each further one should certify the one before it. Many clients sort the
chain themselves; old and small ones do not. Java sorts too, but then its message names no other fault than "unable to
find valid certification path", whatever is really wrong. When another certificate than the server's own comes first,
every client fails.

Clients say: OpenSSL "unsuitable certificate purpose" or a name mismatch when a CA certificate comes first, Java "No
name matching ... found".
"""

from probe.case.build import end_entity
from probe.case.case import Case
from probe.case.path import Origin
from probe.causes.limited import named
from probe.causes.shown import certificates_sent
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The certificates are sent in the wrong order",
    owner=Owner.SERVER,
    actions=("order-chain",),
    references=("RFC 8446 section 4.4.2", "RFC 5246 section 7.4.2"),
    explains=(
        "name.mismatch",
        "name.wildcard",
        "name.cn-only",
        "name.ip-not-in-san",
        "chain.eku",
        "chain.extra",
        "chain.root-untrusted",
        "chain.issuer-unknown",
        "chain.self-signed",
    ),
)
SHOWN_BY = certificates_sent("In the list of certificates each issuer (i:) should be the subject (s:) of the next one; here it is not.")


def judge(case: Case) -> Finding | None:
    """The end-entity certificate is not the first, or the certificates of the path were sent in another order than that of the path."""
    if len(case.presented) < 2:
        return None
    sent = "; ".join(f'{number}: "{title(one)}"' for number, one in enumerate(case.presented, 1))
    evidence = (Evidence(says=f"Sent were, in this order, {sent}.", at=case.pointer(case.chain_handshake)),)
    own = end_entity(case.presented, case.target.name)
    if own:
        return Finding(
            effect=Effect.RISKS if case.chain_accepted else Effect.BREAKS,
            summary=f"The server's own certificate is sent as number {own + 1}; it has to come first.",
            about=(case.presented[own],),
            evidence=evidence,
        )
    path = case.nearest
    places = [link.index for link in path.links if link.origin is Origin.PRESENTED and link.index is not None] if path else []
    if places == sorted(places):
        return None
    if lost := searching(case):
        return Finding(
            effect=Effect.BREAKS,
            summary=f"The intermediate certificates are sent in another order than that of the chain, and too many of them for {named(case, lost)} to sort.",
            about=case.presented,
            evidence=evidence,
            stacks=case.stopped(lost),
        )
    return Finding(
        effect=Effect.RISKS,
        summary="The intermediate certificates are sent in another order than that of the chain; strict clients refuse that.",
        about=case.presented,
        evidence=evidence,
    )


def searching(case: Case) -> tuple[str, ...]:
    """The stacks that refuse although nothing stands against the path: they did not find it."""
    return tuple(one.stack for one in case.verdicts if one.limit == "search-too-long" and not one.objections and not one.name_refused)
