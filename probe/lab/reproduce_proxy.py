"""The proxy of a copy: does with the request for a tunnel what the original did."""

from collections.abc import Sequence
from dataclasses import replace

from probe.case.case import step
from probe.facts.observation import Attempt, Connect, Handshake, How, Observation, Preamble, Tunnel
from probe.facts.proxy import HTTP
from probe.lab import proxy_server, raw_server
from probe.lab.listener import Talk
from probe.lab.stage import LOOPBACK, Stage

TO_HTTP = ("content-length", "content-type", "date")
"""Header fields that the copy writes itself."""


def beyond(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """The attempts as if there had been no proxy: those that reached the target, with the connection that was made for them."""
    if (without := held_back(attempts)) is not None:
        # What came through the proxy was not the target's.
        return (replace(without, question=replace(without.question, name="ordinary", direct=False)),)
    found = []
    for one in attempts:
        tunnel = step(one, Tunnel)
        if tunnel is None and one.question.direct:
            found.append(one)
        elif tunnel is not None and tunnel.ending.how is How.DONE:
            made = next(other for other in one.steps if isinstance(other, Connect) and other.ending.how is How.DONE)
            found.append(replace(one, steps=(made, *(other for other in one.steps if not isinstance(other, Connect | Tunnel)))))
    return tuple(found)


def held_back(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt without the proxy, if TLS was agreed there, and nothing of TLS came in the tunnel that the proxy had agreed to."""
    ordinary = next((one for one in attempts if not one.question.direct), None)
    without = next((one for one in attempts if one.question.direct), None)
    tunnel, hello, agreed = step(ordinary, Tunnel), step(ordinary, Handshake), step(without, Handshake)
    if tunnel is None or tunnel.ending.how is not How.DONE or (hello is not None and hello.received):
        return None
    return without if agreed is not None and agreed.ending.how is How.DONE else None


def proxy_options(stage: Stage, observation: Observation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Open the copy of the proxy: the options that name it, and what of it could not be copied."""
    proxy = observation.target.proxy
    if proxy is None:
        return (), ()
    ordinary = next((one for one in observation.attempts if not one.question.direct), None)
    tunnel = step(ordinary, Tunnel)
    losses: tuple[str, ...] = ("the login of the proxy, which was not kept; the copy wants none",) if tunnel and tunnel.authenticated else ()
    connects = [one for one in ordinary.steps if isinstance(one, Connect)] if ordinary else []
    if tunnel is not None and ordinary is not None and held_back(observation.attempts):
        # It agrees to a tunnel and leads nowhere.
        said, hello = step(ordinary, Preamble), step(ordinary, Handshake)
        head = said.received if said and hello is None else hello.first_bytes if hello else b""
        port = stage.raw(proxy_server.consents(head, *(field for field in tunnel.fields if field[0] == "content-type")))
        if any((one := step(attempt, Handshake)) and one.received for attempt in observation.attempts if not attempt.question.direct):
            losses += ("the TLS that the proxy speaks itself; the copy hangs up",)
    elif tunnel is not None:
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
