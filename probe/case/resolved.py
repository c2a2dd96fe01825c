"""Which addresses the answers about a name lead to."""

from dataclasses import replace
from ipaddress import ip_address

from probe.facts.observation import Resolution
from probe.facts.target import Target

SYSTEM, DNS = "system", "dns"
"""The resolver of this machine, and the DNS server that is asked: the one given by hand, else those of this machine."""
FIRST = ("first",)
"""In the place of addresses: only the first one counts."""
LIMIT = 16
"""How many addresses of one name are looked at."""


def literal(host: str) -> str | None:
    """Give the host back when it is an IP literal (a zone may follow), else ``None``."""
    try:
        ip_address(host)
    except ValueError:
        return None
    return host


def addresses(target: Target, resolutions: tuple[Resolution, ...]) -> tuple[str, ...]:
    """Give the addresses to connect to, each once, in the order in which they were found, 16 at most.

    An address given by hand comes first and alone; a proxy that finds the address itself is told the name in its place. Then comes a literal in the target,
    then those that a profile lists. With a resolver given by hand its answers count, otherwise (and for ``localhost``, which no DNS server is asked for) the
    system's.
    """
    if target.connect is not None:
        return (target.connect,)
    if target.proxy is not None and target.proxy.resolves:
        return (target.host,)
    if literal(target.host):
        return (target.host,)
    by_hand = target.resolver is not None and any(one.source == "dns" for one in resolutions)
    wanted = DNS if by_hand else SYSTEM
    if target.only and target.only != FIRST:
        return target.only[:LIMIT]
    found = (address for one in resolutions if asked_as(one, target) == wanted and _of_target(one, target) for address in one.addresses)
    return tuple(dict.fromkeys(one for one in found if _reachable(one, target)))[: 1 if target.only else LIMIT]


def of_target(target: Target, resolutions: tuple[Resolution, ...]) -> tuple[Resolution, ...]:
    """The questions about the target's own name, without that about its proxy's."""
    return tuple(one for one in resolutions if _of_target(one, target))


def of_proxy(target: Target, resolutions: tuple[Resolution, ...]) -> Resolution | None:
    """The question about the proxy's name, if there was one."""
    return next((one for one in resolutions if target.proxy is not None and one.source == SYSTEM and one.name == target.proxy.host), None)


def _of_target(one: Resolution, target: Target) -> bool:
    return target.proxy is None or one.name == target.host


def _reachable(address: str, target: Target) -> bool:
    """Version 4 of SOCKS knows no IPv6."""
    return target.proxy is None or target.proxy.scheme != "socks4" or ":" not in address


def strangers(target: Target, resolutions: tuple[Resolution, ...]) -> tuple[str, ...]:
    """The addresses that the name leads to and that are not among those to connect to."""
    listed = target.only if target.only != FIRST else ()
    return tuple(one for one in addresses(replace(target, only=()), resolutions) if listed and one not in listed)


def asked_as(one: Resolution, target: Target) -> str:
    """As what a source was asked: ``SYSTEM``, as one of the resolvers that are only compared (as the target names it), or as ``DNS`` in any case."""
    if one.source == "system":
        return SYSTEM
    if target.resolver is not None and one.server == _with_port(target.resolver):
        return DNS
    return next((other for other in target.also_resolvers if other != SYSTEM and one.server == _with_port(other)), DNS)


def _with_port(resolver: str) -> str:
    """A resolver as the one who was asked is written down: an IP without a port means port 53."""
    if resolver.startswith("[") or resolver.count(":") == 1:
        return resolver
    return f"[{resolver}]:53" if ":" in resolver else f"{resolver}:53"
