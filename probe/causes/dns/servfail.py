"""The DNS server failed to find an answer.

Code 2, server failure: the resolver tried and could not finish. Usual reasons: the zone's own servers do not answer or
answer nonsense, DNSSEC validation failed, or the aliases form a loop. A server that answers with another error, such as
code 1 (FORMERR) or 4 (NOTIMP), or with something that is no answer at all, is often no DNS server or a broken one.

Clients say: curl exit 6 "Could not resolve host", Java "java.net.UnknownHostException", getaddrinfo "Temporary failure
in name resolution".
"""

from probe.case.case import Case
from probe.causes.dns import askable, dead_end, server_of
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.observation import Local, Resolution

CAUSE = Cause(
    title="The DNS server failed", owner=Owner.DNS, actions=("repair-dns",), references=("RFC 1035 section 4.1.1", "RFC 6895 section 2.3", "RFC 8914")
)
SHOWN_BY = Shown(commands=("dig {dig} A",), shows='dig prints "status: SERVFAIL" or another error, or a warning that what came is not the answer.')
SERVFAIL = 2
CODES = {1: "FORMERR", 2: "SERVFAIL", 4: "NOTIMP", 6: "YXDOMAIN", 7: "YXRRSET", 8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS"}
OTHERS = frozenset({0, 3, 5})
"""Codes that other causes are about."""


def judge(case: Case) -> Finding | None:
    """At least one answer is SERVFAIL, or another error that no name can be blamed for, and none brought an address."""
    asked = dead_end(case)
    failed = [one for one in asked if one.rcode == SERVFAIL] or [one for one in asked if one.rcode is not None and one.rcode not in OTHERS]
    if not failed:
        return _nonsense(case, asked)
    found = "failed to find out the address of" if failed[0].rcode == SERVFAIL else f"answers {_code(failed[0])} to the question for"
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if failed[0].rcode == SERVFAIL else Certainty.LIKELY,
        summary=f"{server_of(failed[0])} {found} {case.target.host}.",
        evidence=tuple(Evidence(says=f"The question for {one.type} was answered with {_code(one)}.", at=case.pointer(one)) for one in failed),
    )


def _code(one: Resolution) -> str:
    return f"{CODES[one.rcode]} (code {one.rcode})" if one.rcode in CODES else f"the error code {one.rcode}"


def _nonsense(case: Case, asked: tuple[Resolution, ...]) -> Finding | None:
    """What came was no answer to the question."""
    garbled = [one for one in asked if one.rcode is None and one.ending.local is Local.UNUSABLE]
    if not garbled or any(one.rcode is not None for one in asked) or not askable(case.target.host):
        return None
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY,
        summary=f"{server_of(garbled[0])} sent something that is no answer to the question for {case.target.host}.",
        evidence=tuple(Evidence(says=f"What came after the question for {one.type} cannot be read as its answer.", at=case.pointer(one)) for one in garbled),
    )
