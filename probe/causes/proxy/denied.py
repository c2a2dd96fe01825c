"""The proxy does not allow this target.

The proxy understood the request and refuses it: by its rules this host, this port, or this caller is not allowed. Many
proxies allow CONNECT to port 443 alone, so that LDAPS (636), MQTT (8883) or a service on 8443 is refused whatever the host.

Clients say: curl exit 56 "CONNECT tunnel failed, response 403", Java "Unable to tunnel through proxy. Proxy returns
"HTTP/1.1 403 Forbidden"", Python "Tunnel connection failed: 403 Forbidden", curl exit 97 for SOCKS.
"""

from probe.case.case import Case
from probe.case.proxied import Refusal, refusal, squid, unsure
from probe.causes.proxy import answer, asked, proxy, unheard
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner

CAUSE = Cause(
    title="The proxy does not allow the target",
    owner=Owner.NETWORK,
    actions=("allow-in-proxy", "connect-directly"),
    references=("RFC 9110 section 15.5.4", "RFC 1928 section 6"),
)
SHOWN_BY = Shown(commands=("curl -gksv --max-time 10 {url}",), shows='curl prints "CONNECT tunnel failed, response 403", or code 2 of the SOCKS proxy.')


def judge(case: Case) -> Finding | NotObserved | None:
    """403 or another refusal by rule, SOCKS code 2."""
    one = case.tunnel
    if one is None or refusal(case) is not Refusal.DENIED:
        return unheard(case)
    doubt, named = unsure(case), squid(one)
    port = f" Port {one.port} is none that proxies usually allow." if one.port != 443 else ""
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY if doubt else Certainty.PROVEN,
        summary=f"The proxy {proxy(case)} does not allow a tunnel to {asked(case)}.{port}",
        evidence=(Evidence(says=f"The proxy {answer(case)}{f', and calls it {named[0]}' if named else ''}.", at=case.pointer(one)),),
        alternatives=(("proxy.target-unreachable", "Some proxies answer so when they do not reach the target."),) if doubt else (),
    )
