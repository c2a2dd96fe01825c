"""The DNS server refuses to answer.

Code 5, refused: the server does not serve this name for this asker. Usual reasons: an authoritative server was asked
for a foreign name, or the resolver does not allow questions from this network.

Clients say: curl exit 6 "Could not resolve host", Java "java.net.UnknownHostException".
"""

from probe.case.case import Case
from probe.causes.dns import dead_end, server_of
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(title="The DNS server refuses the question", owner=Owner.DNS, actions=("repair-dns",), references=("RFC 1035 section 4.1.1",))
SHOWN_BY = Shown(commands=("dig {dig} A",), shows='dig prints "status: REFUSED".')


def judge(case: Case) -> Finding | None:
    """At least one answer is REFUSED and none brought an address."""
    refused = [one for one in dead_end(case) if one.rcode == 5]
    if not refused:
        return None
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{server_of(refused[0])} refuses to answer for {case.target.host}.",
        evidence=tuple(Evidence(says=f"The question for {one.type} was answered with REFUSED (code 5).", at=case.pointer(one)) for one in refused),
    )
