"""The proxy does not reach the target.

The proxy is there and willing, and could not make the connection: it does not find the name, or the target does not
answer it. The proxy looks from another place in the network, with another resolver, so a target that answers from here may
be out of its reach, and the other way round. Internal names are often unknown to a proxy that faces the internet; then the
target belongs into NO_PROXY.

Clients say: curl exit 56 "CONNECT tunnel failed, response 503", Java "Unable to tunnel through proxy. Proxy returns
"HTTP/1.1 502 Bad Gateway"", Python "Tunnel connection failed: 503 Service Unavailable", curl exit 97 for SOCKS.
"""

from probe.case.case import Case
from probe.case.proxied import Refusal, is_socks, refusal, squid, unsure
from probe.causes.proxy import answer, asked, proxy, unheard
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.observation import How

CAUSE = Cause(
    title="The proxy does not reach the target",
    owner=Owner.NETWORK,
    actions=("open-way-from-proxy", "connect-directly"),
    instead=("start-service", "correct-name"),
    references=("RFC 9110 section 15.6.3", "RFC 1928 section 6"),
)
SHOWN_BY = Shown(
    commands=("curl -gksv --max-time 30 {url}",),
    shows='curl prints "CONNECT tunnel failed" with response 500, 502, 503 or 504, or the code of the SOCKS proxy.',
)
SOCKS = {3: "the network is not reached", 4: "the host is not reached", 5: "the target refuses the connection", 6: "the packets did not arrive in time"}
UNKNOWN_NAME = "ERR_DNS_FAIL"
NUMBERS = {
    111: "the target refuses the connection",
    110: "the target does not answer",
    113: "there is no way to the target",
    101: "there is no way to the target",
}
"""What the numbers of Linux mean with which Squid tells why it did not connect."""


def judge(case: Case) -> Finding | NotObserved | None:
    """502, 503, 504, SOCKS codes 3 to 6, or no answer at all."""
    one = case.tunnel
    if one is None or refusal(case) is not Refusal.UNREACHABLE:
        return unheard(case)
    named, direct = squid(one), case.direct
    says, closed, extra = _directly(case)
    said = Evidence(says=f"The proxy {answer(case)}{f', and calls it {named[0]} {named[1]}' if named else ''}.", at=case.pointer(one))
    doubt = unsure(case) and not (direct and direct.established)
    actions = CAUSE.actions
    if closed or (named and named[0] == UNKNOWN_NAME):
        actions = ("start-service" if closed else "correct-name", "connect-directly")
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY if doubt else Certainty.PROVEN,
        summary=f"The proxy {proxy(case)} {'did not answer the request for' if one.status is None else 'does not reach'} {asked(case)}{_why(case)}.{says}",
        evidence=(said, *extra),
        owner=Owner.SERVER if closed else None,
        actions=actions,
        alternatives=_other(case) if doubt else (),
    )


def _directly(case: Case) -> tuple[str, bool, tuple[Evidence, ...]]:
    """What the question without the proxy says, whether nothing listens at the target, and the evidence."""
    direct = case.direct
    step = (direct.handshake or direct.connect) if direct else None
    if direct is None or step is None:
        return "", False, ()
    evidence = (Evidence(says=f"The same without the proxy: {'TLS is agreed' if direct.established else step.ending.how}.", at=case.pointer(step)),)
    if direct.established:
        return " Without the proxy the target answers.", False, evidence
    if direct.connect and direct.connect.ending.how is How.REFUSED:
        return " Without the proxy the connection is refused too: the service does not run there.", True, evidence
    return " Without the proxy it is not reached either; that way may be closed on purpose.", False, evidence


def _why(case: Case) -> str:
    one = case.tunnel
    if one is None or one.status is None:
        return ""
    if is_socks(case):
        return f": {SOCKS[one.status]}" if one.status in SOCKS else ""
    named = squid(one)
    if named is None:
        return ""
    reason = "it finds no address for the name" if named[0] == UNKNOWN_NAME else NUMBERS.get(named[1])
    return f": {reason}" if reason else ""


def _other(case: Case) -> tuple[tuple[str, str], ...]:
    one = case.tunnel
    if one is None or one.status is None:
        return (("proxy.protocol", "What was asked may not be a proxy at all, and waits for something else."),)
    if is_socks(case):
        return (("proxy.denied", "This code of SOCKS also stands for a refusal by rule."),)
    return (("proxy.protocol", "A web server that is no proxy may answer so too."),)
