"""The connection is reset while it is being made.

A reset came in place of, or right with, the acceptance. This is typical of a firewall or load balancer that actively
rejects, or of a service that crashes while accepting.

Clients say: curl exit 35 or 56 "Connection reset by peer", Java "java.net.SocketException: Connection reset".
"""

from probe.case.case import Case
from probe.causes.tcp import place
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(title="The connection is reset", owner=Owner.NETWORK, actions=("open-firewall",), references=("RFC 9293 section 3.5.2",))


def judge(case: Case) -> Finding | None:
    """A reset came in connecting, or on a connection on which nothing was said."""
    one = case.connect
    if one is not None and one.ending.how is How.RESET:
        return Finding(
            effect=Effect.BREAKS,
            summary=f"The connection to {place(case)} was reset before it was made.",
            evidence=(Evidence(says=f"Connecting to {place(case)} ended with a reset (errno {one.ending.errno}).", at=case.pointer(one)),),
        )
    if one is None or case.spoke_tls:
        return None
    look = case.plaintext
    if look is None or look.sent or look.ending.how is not How.RESET:
        return None
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{place(case)} accepts the connection and resets it at once, even when nothing is said.",
        evidence=(Evidence(says="A connection on which nothing was sent was reset.", at=case.pointer(look)),),
    )
