"""The DNS server failed to find an answer.

Code 2, server failure: the resolver tried and could not finish. Usual reasons: the zone's own servers do not answer or
answer nonsense, DNSSEC validation failed, or the aliases form a loop.

Clients say: curl exit 6 "Could not resolve host", Java "java.net.UnknownHostException", getaddrinfo "Temporary failure
in name resolution".
"""

from probe.case.case import Case
from probe.causes.dns import dead_end, server_of
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(title="The DNS server failed", owner=Owner.DNS, actions=("repair-dns",), references=("RFC 1035 section 4.1.1", "RFC 8914"))
SHOWN_BY = Shown(commands=("dig {dig} A",), shows='dig prints "status: SERVFAIL".')


def judge(case: Case) -> Finding | None:
    """At least one answer is SERVFAIL and none brought an address."""
    failed = [one for one in dead_end(case) if one.rcode == 2]
    if not failed:
        return None
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{server_of(failed[0]).capitalize()} failed to find out the address of {case.target.host}.",
        evidence=tuple(Evidence(says=f"The question for {one.type} was answered with SERVFAIL (code 2).", at=case.pointer(one)) for one in failed),
    )
