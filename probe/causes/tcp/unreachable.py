"""There is no route to the address.

A router, or this machine itself, said that the address or its network cannot be reached. Usual reasons: a missing route
or VPN, an IPv6 address although this machine has no IPv6, or a firewall that answers "administratively prohibited".

Clients say: curl exit 7 "No route to host" or "Network is unreachable", Java "java.net.NoRouteToHostException" or
"java.net.SocketException: Network is unreachable".
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.tcp import place
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(title="The address cannot be reached", owner=Owner.NETWORK, actions=("open-firewall",), references=("RFC 1122 section 3.2.2.1",))
SHOWN_BY = Shown(
    commands=("curl -gksv --connect-timeout 5 {url}",), shows='curl prints "Immediate connect fail", "Network is unreachable" or "No route to host".'
)


def judge(case: Case) -> Finding | None:
    """Connecting ended with an errno of the "unreachable" kind."""
    one = case.connect
    if one is None or one.ending.how is not How.UNREACHABLE:
        return None
    return Finding(
        effect=Effect.BREAKS,
        summary=f"There is no way from this machine to {place(case)}.",
        evidence=(Evidence(says=f"Connecting to {place(case)} ended with errno {one.ending.errno} after {one.took * 1000:.0f} ms.", at=case.pointer(one)),),
    )
