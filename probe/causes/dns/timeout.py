"""No DNS server answered.

The questions were sent and nothing came back, or they could not be delivered. Usual reasons: wrong resolver address, no
route to it (VPN down), or a firewall that drops port 53.

Clients say: curl exit 6 "Resolving timed out" or "Could not resolve host", Java "java.net.UnknownHostException" after
many seconds.
"""

from probe.case.case import Case
from probe.causes.dns import dead_end, system_only
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.observation import How, Resolution

CAUSE = Cause(title="The DNS server does not answer", owner=Owner.NETWORK, actions=("repair-dns",), references=("RFC 1035 section 4.2.1",))
SHOWN_BY = Shown(commands=("dig +time=2 +tries=1 {dig} A",), shows='dig prints "no servers could be reached".')
EAI_AGAIN = -3


def _how(one: Resolution) -> str:
    if one.ending.errno is not None:
        return f"The question for {one.type} could not be delivered to {one.server} ({one.ending.how}, errno {one.ending.errno})."
    return f"The question for {one.type} got no answer within {one.took:.1f} s."


def judge(case: Case) -> Finding | None:
    """Every DNS question timed out; without DNS answers, the system said "try again"."""
    asked = dead_end(case)
    silent = [one for one in asked if one.rcode is None and one.ending.how is not How.LOCAL]
    if asked and len(silent) == len(asked):
        servers = ", ".join(dict.fromkeys(one.server for one in silent if one.server)) or "the configured DNS servers"
        return Finding(
            effect=Effect.BREAKS,
            summary=f"No answer came from {servers} to the question for {case.target.host}.",
            evidence=tuple(Evidence(says=_how(one), at=case.pointer(one)) for one in silent),
        )
    again = [one for one in system_only(case) if one.ending.how is How.TIMED_OUT or one.ending.code == EAI_AGAIN]
    if not asked and again:
        return Finding(
            effect=Effect.BREAKS,
            certainty=Certainty.LIKELY,
            summary=f"The resolver of this machine could not get an answer for {case.target.host}.",
            evidence=(Evidence(says="The operating system's resolver reported a temporary failure (EAI_AGAIN).", at=case.pointer(again[0])),),
        )
    return None
