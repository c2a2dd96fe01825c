"""Nothing answers at this address and port.

The connection was tried and neither accepted nor refused. A firewall that drops packets, a wrong address, a machine
that is off, or a missing return route look the same from here.

Clients say: curl exit 28 "Connection timed out", Java "java.net.SocketTimeoutException: connect timed out" or
"java.net.ConnectException: Connection timed out".
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.tcp import place
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(title="The connection times out", owner=Owner.NETWORK, actions=("open-firewall",), references=("RFC 9293 section 3.8.3",))
SHOWN_BY = Shown(commands=("curl -gksv --connect-timeout 5 {url}",), shows="curl is not connected after five seconds and gives up (timeout).")


def judge(case: Case) -> Finding | None:
    """The connection was neither accepted nor refused in time."""
    one = case.connect
    if one is None or one.ending.how is not How.TIMED_OUT:
        return None
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{place(case)} neither accepts nor refuses the connection.",
        evidence=(Evidence(says=f"No answer to the connection to {place(case)} within {one.took:.1f} s.", at=case.pointer(one)),),
    )
