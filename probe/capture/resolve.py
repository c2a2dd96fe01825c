"""From the target's name to addresses, as recorded answers."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from probe.capture.clock import Clock
from probe.capture.dns_question import Server, ask, spelled
from probe.capture.endings import INTERRUPTED, TIMED_OUT
from probe.capture.system_names import system
from probe.facts.observation import Resolution
from probe.facts.target import Target
from probe.facts.unusable import Unusable

GRACE = 1.5
"""How many seconds the other questions get when one has already given addresses: a server that loses AAAA questions must not eat the time of a check."""

SERVERS = 3
CONFIGURATION = Path("/etc/resolv.conf")
_SIZE = 64 * 1024


async def resolve(
    target: Target, clock: Clock, seconds: float, record: Callable[[Resolution], None] | None = None, configuration: Path = CONFIGURATION
) -> tuple[Resolution, ...]:
    """Ask the system's resolver and DNS, at the same time, for at most ``seconds``; with resolvers given by hand only those.

    Nothing is asked for an IP literal or when the address was given by hand; ``localhost`` is never sent to DNS (RFC 6761 section 6.3).
    What could only add to the addresses of a source gets ``GRACE`` more, but not more than half of ``seconds``; that much a source gets that is only
    compared. A system that is silent where DNS is not is then asked for the one kind of address that DNS gave, because ``getaddrinfo`` waits for both.
    ``record`` gets each answer when it is there, also those that are cut off by cancellation. Raises ``Unusable`` for a resolver that is no address.
    """
    if target.connect is not None or is_literal(target.host):
        return ()
    until = clock.now() + seconds
    found: list[Resolution] = []
    late = False
    known: dict[Server | None, float] = {}
    tasks: dict[asyncio.Future[None], Server | None] = {}

    async def keep(work: Callable[[], Coroutine[Any, Any, Resolution]], source: str, kind: str, place: Server | None = None) -> None:
        started = clock.now()
        try:
            one = await work()
        except asyncio.CancelledError:
            one = Resolution(
                started=started,
                took=clock.now() - started,
                ending=TIMED_OUT if late else INTERRUPTED,
                name=target.host,
                source=source,
                type=kind,
                server=spelled(place) if place else None,
            )
        found.append(one)
        if one.addresses:
            known.setdefault(place, clock.now())
        if record is not None:
            record(one)

    # Whoever is only compared does not decide, and gets half of the time: a dead one must leave enough for the check itself.
    decider = server(target.resolver) if target.resolver is not None else None
    grace = min(GRACE, seconds / 2)
    patience = clock.now() + seconds / 2 - grace
    local = target.host == "localhost" or target.host.endswith(".localhost")
    servers = () if local else (server(target.resolver),) if target.resolver is not None else configured(configuration)
    compared = () if local else tuple(dict.fromkeys(server(one) for one in target.also_resolvers if one != "system"))
    groups = (*((servers,) if servers else ()), *((one,) for one in compared if (one,) != servers))
    by_hand = {server(one) for one in (target.resolver, *target.also_resolvers) if one not in (None, "system")}
    for kind in ("A", "AAAA"):
        for group in groups:
            tasks[asyncio.ensure_future(keep(partial(ask, target.host, kind, group, clock, until), "dns", kind, group[0]))] = group[0]

    def ask_system(kind: str) -> None:
        tasks[asyncio.ensure_future(keep(partial(system, target.host, clock, until, kind), "system", kind))] = None

    def enough(place: Server | None) -> float | None:
        """When the addresses came that make other answers of this place dispensable."""
        if place not in known and decider in known and (place in compared or (place is None and decider is not None)):
            return max(known[decider], patience)
        return known.get(place, None if place in by_hand else known.get(None))

    if local or target.resolver is None or "system" in target.also_resolvers:
        ask_system("any")
    again = True
    try:
        while pending := [one for one in tasks if not one.done()]:
            needed = [one for one in pending if enough(tasks[one]) is None]
            if not needed:
                last = max(enough(tasks[one]) or 0.0 for one in pending)
                await asyncio.wait(pending, timeout=max(0.0, last + grace - clock.now()))
                break
            stuck = again and bool(known) and all(tasks[one] is None for one in needed)
            pause = max(0.0, max(known.values()) + grace - clock.now()) if stuck else None
            done, _ = await asyncio.wait(needed, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            if stuck and not done:
                again = False
                ask_system("A" if any(one.addresses for one in found if one.type == "A") else "AAAA")
        late = True
    finally:
        for one in tasks:
            one.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    turns = {spelled(group[0]): turn for turn, group in enumerate(groups)}
    return tuple(sorted(found, key=lambda one: (one.source != "system", turns.get(one.server or "", 0), one.type)))


def is_literal(host: str) -> bool:
    """Whether the host is an IP literal (a zone may follow)."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def server(text: str) -> Server:
    """Read ``IP`` or ``IP:PORT``, an IPv6 address with a port in brackets. Raises ``Unusable``."""
    host, port = text, "53"
    if text.startswith("[") and "]" in text:
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") if rest else port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if not is_literal(host) or not (port.isdecimal() and port.isascii() and 0 < int(port) < 65536):
        raise Unusable(f"{text!r} is not the address of a DNS server.", "Write IP or IP:PORT, for example 192.0.2.53 or [2001:db8::53]:53.")
    return host, int(port)


def configured(configuration: Path = CONFIGURATION) -> tuple[Server, ...]:
    """Give the DNS servers of this machine (resolv.conf); none when there is no such file, as on systems that keep them elsewhere."""
    try:
        with configuration.open(encoding="utf-8", errors="replace") as file:
            lines = file.read(_SIZE).splitlines()
    except OSError:
        return ()
    words = [line.split() for line in lines]
    return tuple((one[1], 53) for one in words if len(one) > 1 and one[0] == "nameserver" and is_literal(one[1]))[:SERVERS]
