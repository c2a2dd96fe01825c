"""The connection is reset while it is being made.

A reset came in place of, or right with, the acceptance. This is typical of a firewall or load balancer that actively
rejects, or of a service that crashes while accepting.

Clients say: curl exit 35 or 56 "Connection reset by peer", Java "java.net.SocketException: Connection reset".
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.tcp import place, unasked_reset
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import Connect

CAUSE = Cause(title="The connection is reset", owner=Owner.NETWORK, actions=("open-firewall",), references=("RFC 9293 section 3.5.2",))
SHOWN_BY = Shown(commands=("curl -gksv --connect-timeout 5 {url}",), shows='curl prints "Connection reset by peer".')


def judge(case: Case) -> Finding | None:
    """A reset came in connecting, or on a connection on which nothing was said."""
    one = unasked_reset(case)
    if one is None or case.spoke_tls:
        return None
    if isinstance(one, Connect):
        says = f"Connecting to {place(case)} ended with a reset (errno {one.ending.errno})."
        summary = f"The connection to {place(case)} is reset while it is being made."
    else:
        says = "A connection on which nothing was sent was reset."
        summary = f"{place(case)} accepts the connection and resets it at once, even when nothing is said."
    return Finding(effect=Effect.BREAKS, summary=summary, evidence=(Evidence(says=says, at=case.pointer(one)),))
