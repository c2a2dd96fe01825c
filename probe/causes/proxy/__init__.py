"""What a proxy on the way did with the request for a tunnel."""

from probe.case.case import Case
from probe.case.proxied import broken_off, wordless
from probe.causes.words import NotObserved
from probe.facts.observation import How
from probe.facts.proxy import HTTP

EVERY = ("auth_required", "denied", "protocol", "target_unreachable", "unreachable")


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.target.proxy is None or case.attempts:
        return None
    return "The proxy was not asked for a tunnel, because there was no address to ask for."


def silent(case: Case) -> tuple[str, ...]:
    """All of them without a proxy, and where the tunnel stood and TLS came through it."""
    stood = case.tunnel is not None and case.tunnel.ending.how is How.DONE and not broken_off(case) and not wordless(case)
    return EVERY if case.target.proxy is None or stood else ()


def proxy(case: Case) -> str:
    """The proxy's URL for a sentence."""
    return case.target.proxy.url if case.target.proxy else "the proxy"


def asked(case: Case) -> str:
    """What the proxy was asked for."""
    one = case.tunnel
    host, port = (one.host, one.port) if one else (case.target.host, case.target.port)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def unheard(case: Case) -> NotObserved | None:
    """Why nothing is known of the proxy's answer, if so; without a proxy there is nothing to know."""
    if case.target.proxy is None:
        return None
    if case.target.proxy is None:
        return None
    if case.tunnel is None:
        return NotObserved(why="The proxy was not asked for a tunnel, because it was not reached.")
    silent_end = case.tunnel.ending.how in (How.TIMED_OUT, How.LOCAL)
    return NotObserved(why="The proxy did not answer the request for a tunnel.") if case.tunnel.status is None and silent_end else None


def answer(case: Case) -> str:
    """The proxy's answer to the request, as a sentence says it."""
    one = case.tunnel
    if one is None:
        return "did not answer"
    if one.status is not None:
        http = case.target.proxy is not None and case.target.proxy.scheme == HTTP
        return f"answered with {'HTTP status' if http else 'SOCKS code'} {one.status}"
    return {
        How.TIMED_OUT: f"did not answer within {one.took:.0f} s",
        How.CLOSED: "closed the connection without an answer",
        How.RESET: "reset the connection without an answer",
    }.get(one.ending.how, "gave no answer that could be read")
