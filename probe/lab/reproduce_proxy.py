"""The proxy of a copy: does with the request for a tunnel what the original did."""

from collections.abc import Sequence
from dataclasses import replace

from probe.case.case import step
from probe.facts.observation import Attempt, Connect, How, Observation, Tunnel
from probe.facts.proxy import HTTP
from probe.lab import proxy_server, raw_server
from probe.lab.listener import Talk
from probe.lab.stage import LOOPBACK, Stage

TO_HTTP = ("content-length", "content-type", "date")
"""Header fields that the copy writes itself."""


def beyond(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """The attempts as if there had been no proxy: those that reached the target, with the connection that was made for them."""
    found = []
    for one in attempts:
        tunnel = step(one, Tunnel)
        if tunnel is None and one.question.direct:
            found.append(one)
        elif tunnel is not None and tunnel.ending.how is How.DONE:
            made = next(other for other in one.steps if isinstance(other, Connect) and other.ending.how is How.DONE)
            found.append(replace(one, steps=(made, *(other for other in one.steps if not isinstance(other, Connect | Tunnel)))))
    return tuple(found)


def proxy_options(stage: Stage, observation: Observation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Open the copy of the proxy: the options that name it, and what of it could not be copied."""
    proxy = observation.target.proxy
    if proxy is None:
        return (), ()
    ordinary = next((one for one in observation.attempts if not one.question.direct), None)
    tunnel = step(ordinary, Tunnel)
    losses: tuple[str, ...] = ("the login of the proxy, which was not kept; the copy wants none",) if tunnel and tunnel.authenticated else ()
    connects = [one for one in ordinary.steps if isinstance(one, Connect)] if ordinary else []
    if tunnel is not None:
        port = stage.raw(_talk(tunnel, proxy.scheme))
    else:
        port = stage.full_backlog() if connects and connects[0].ending.how is How.TIMED_OUT else stage.closed_port()
    scheme = "socks5h" if proxy.scheme.startswith("socks") else HTTP
    if scheme != proxy.scheme:
        losses += (f"a proxy of the kind {proxy.scheme}; the copy speaks {scheme}",)
    return ("--proxy", f"{scheme}://{LOOPBACK}:{port}", *(() if proxy.direct else ("--no-direct",))), losses


def _talk(one: Tunnel, scheme: str) -> Talk:
    socks = scheme != HTTP
    if one.ending.how is How.DONE:
        return proxy_server.socks_proxy() if socks else proxy_server.http_proxy
    if one.status is not None and socks:
        return proxy_server.socks_proxy(method=one.status) if dict(one.fields).get("step") == "method" else proxy_server.socks_proxy(one.status)
    if one.status is not None:
        return proxy_server.answers(one.status, *(field for field in one.fields if field[0] not in TO_HTTP), body=one.body)
    if one.ending.how is How.TIMED_OUT:
        return raw_server.silence
    if one.ending.how is How.DECLINED:
        return proxy_server.says(one.body or b"\0")
    return raw_server.reset_unasked if one.ending.how is How.RESET else proxy_server.says(b"")
