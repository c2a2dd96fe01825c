"""The port is closed.

The machine answered at once that nothing listens on this port (TCP reset to the first packet, ECONNREFUSED). Usual
reasons: the service is not running, listens on another port or only on another address, or a firewall rejects instead
of dropping.

Clients say: curl exit 7 "Connection refused", Java "java.net.ConnectException: Connection refused", OpenSSL
"connect:errno=111".
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.tcp import place
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(title="The connection is refused", owner=Owner.SERVER, actions=("start-service",), references=("RFC 9293 section 3.5.2",))
SHOWN_BY = Shown(commands=("curl -gksv --connect-timeout 5 {url}",), shows='curl prints "Connection refused".')


def judge(case: Case) -> Finding | None:
    """The connection ended with ECONNREFUSED."""
    one = case.connect
    if one is None or one.ending.how is not How.REFUSED:
        return None
    return Finding(
        effect=Effect.BREAKS,
        summary=f"Nothing accepts connections on {place(case)}.",
        evidence=(
            Evidence(says=f"The connection to {place(case)} was refused after {one.took * 1000:.0f} ms (errno {one.ending.errno}).", at=case.pointer(one)),
        ),
    )
