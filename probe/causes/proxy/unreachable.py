"""The proxy itself is not reached.

The name of the proxy leads to no address, or nothing accepts connections where it should be. Nothing was asked of the
target yet. Usual reasons: an old or mistyped setting (HTTPS_PROXY, --proxy), a proxy that is down, or a machine that has
left the network in which the proxy lives (VPN, home office).

Clients say: curl exit 5 "Could not resolve proxy" or exit 7 "Failed to connect to proxy port 3128", Python "Unable to
connect to proxy", Go "proxyconnect tcp: dial tcp: connect: connection refused", Chrome "ERR_PROXY_CONNECTION_FAILED".
"""

from probe.case.case import Case
from probe.case.resolved import of_proxy
from probe.causes.proxy import proxy
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.observation import Connect, How

CAUSE = Cause(
    title="The proxy is not reached",
    owner=Owner.NETWORK,
    actions=("correct-proxy", "connect-directly"),
    references=("RFC 9110 section 9.3.6", "https://everything.curl.dev/usingcurl/proxies/"),
)
SHOWN_BY = Shown(commands=("curl -gksv --connect-timeout 5 {url}",), shows='curl prints "Could not resolve proxy", or that it failed to connect to the proxy.')
WORDS = {How.REFUSED: "refuses the connection", How.TIMED_OUT: "does not answer", How.UNREACHABLE: "cannot be reached", How.RESET: "resets the connection"}


def judge(case: Case) -> Finding | NotObserved | None:
    """No address of the proxy, or no connection to any of them."""
    named = case.target.proxy
    if named is None or case.ordinary is None:
        return None
    by = f" (it is named by {named.source})"
    if case.connect is None:
        found = of_proxy(case.target, case.observation.resolutions)
        if found is None or found.addresses:
            return None
        return Finding(
            effect=Effect.BREAKS,
            summary=f"The name of the proxy {proxy(case)} leads to no address{by}.",
            evidence=(Evidence(says=f"The resolver of this machine gave no address for {named.host} ({found.ending.how}).", at=case.pointer(found)),),
        )
    if case.connect.ending.how is How.LOCAL:
        return NotObserved(why="No connection to the proxy could be tried from this machine.")
    if case.connect.ending.how is How.DONE:
        return None
    tried = [one for one in case.ordinary.steps if isinstance(one, Connect)]
    return Finding(
        effect=Effect.BREAKS,
        summary=f"The proxy {proxy(case)} {WORDS.get(case.connect.ending.how, 'accepts no connection')}{by}.",
        evidence=tuple(
            Evidence(
                says=f"Connecting to {one.address} port {one.port} ended after {one.took * 1000:.0f} ms: {one.ending.how}"
                + (f" (errno {one.ending.errno})." if one.ending.errno else "."),
                at=case.pointer(one),
            )
            for one in tried
        ),
    )
