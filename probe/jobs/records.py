"""Further questions to DNS before going live: who may issue for the name (CAA), what certificate is expected (TLSA), what the addresses are called (PTR)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from probe.capture.beside import beside
from probe.capture.clock import Clock
from probe.capture.dns_question import Server, ask
from probe.capture.records import climb, look_up, named
from probe.capture.resolve import configured, server
from probe.capture.run import together
from probe.case.resolved import literal
from probe.facts.observation import Beside, Lookup, Resolution
from probe.facts.target import Target
from probe.facts.unusable import Unusable

SECONDS = 5.0
"""For all of them together; they are asked while the connection is made."""
ADDRESSES = 4
"""How many addresses are asked for their names."""
NXDOMAIN = 3

Record = Callable[[Lookup], None]


async def look_around(target: Target, known: tuple[Resolution, ...], places: tuple[str, ...], clock: Clock, record: Record) -> Beside | None:
    """Ask everything side by side; ``record`` gets each answer when it is there. ``places`` are the addresses that the name leads to.

    Nobody is asked who did not even answer for the addresses: that would only cost time. Nothing but the addresses' names is asked for an address.
    """
    until = min(target.timeout, clock.now() + SECONDS)
    servers = _servers(target)
    silent = bool(known) and not any(one.rcode is not None for one in known if one.source == "dns")
    asks = not silent and bool(servers)
    local = target.host == "localhost" or target.host.endswith(".localhost")
    own = None if literal(target.host) or local else beside(target.host)
    searched: list[Resolution] = []

    async def allowed(name: str) -> None:
        found = await climb(name, servers, clock, until)
        for one in found:
            record(one)
        above = name.partition(".")[2]
        if len(found) == 1 and found[0].records and "." in above:
            # For a certificate with a wildcard the name itself does not count, only what is above it (RFC 8659 section 3).
            for one in await climb(above, servers, clock, until):
                record(one)

    async def expected(name: str) -> None:
        record(await look_up(f"_{target.port}._tcp.{name}", "TLSA", servers, clock, until))

    async def called(address: str) -> None:
        record(await named(address, servers, clock, until))

    async def appended(domain: str) -> None:
        searched.append(await ask(f"{target.host}.{domain}", "A", servers, clock, until))

    works = []
    if asks and own is not None:
        works.append(partial(allowed, target.host))
        # Where an alias leads, the records of its target come first (RFC 7671 section 7).
        ends = dict.fromkeys((target.host, *(one.aliases[-1].target for one in known if one.source == "dns" and one.aliases)))
        works += [partial(expected, name) for name in ends]
        if known and all(one.rcode == NXDOMAIN for one in known if one.source == "dns") and not own.hosts:
            works += [partial(appended, domain) for domain in own.search]
    if asks:
        works += [partial(called, address) for address in places[:ADDRESSES] if literal(address)]
    if works:
        await together(*works)
    return None if own is None else replace(own, searched=tuple(sorted(searched, key=lambda one: one.name)))


def _servers(target: Target) -> tuple[Server, ...]:
    if target.resolver is None:
        # Behind a proxy that finds the addresses itself, the DNS of this machine often knows nothing of the world.
        return () if target.proxy is not None and target.proxy.resolves else configured()
    try:
        return (server(target.resolver),)
    except Unusable:
        return ()
