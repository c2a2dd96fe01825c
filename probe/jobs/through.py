"""The proxy of a target made ready: its addresses, found as any client of this machine finds them, and the login for it."""

from collections.abc import Callable

from probe.capture.clock import Clock
from probe.capture.system_names import system
from probe.capture.way import Through
from probe.case.resolved import literal
from probe.facts.observation import Resolution
from probe.facts.target import Target
from probe.jobs.proxy import known_login
from probe.protocols.login import Login

RESOLVING = 10.0
"""Seconds for the name of the proxy."""


async def through(
    target: Target, clock: Clock, deadline: float, login: Login | None = None, record: Callable[[Resolution], None] = lambda _one: None
) -> Through | None:
    """Give what a connection to the target goes through; ``None`` without a proxy. ``login`` is what the user named, else that of the environment counts.

    ``deadline`` is a point in time on ``clock``; ``record`` gets the answer about the proxy's name.
    """
    proxy = target.proxy
    if proxy is None:
        return None
    places: tuple[str, ...] = (proxy.host,)
    if literal(proxy.host) is None:
        found = await system(proxy.host, clock, min(deadline, clock.now() + RESOLVING))
        record(found)
        places = found.addresses
    return Through(proxy, places, login or known_login(target))
