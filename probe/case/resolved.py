"""Which addresses the answers about a name lead to."""

from ipaddress import ip_address

from probe.facts.observation import Resolution
from probe.facts.target import Target

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

    An address given by hand comes first and alone, then a literal in the target; with a resolver given by hand its answers count, otherwise (and for
    ``localhost``, which no DNS server is asked for) the system's.
    """
    if target.connect is not None:
        return (target.connect,)
    if literal(target.host):
        return (target.host,)
    by_hand = target.resolver is not None and any(one.source == "dns" for one in resolutions)
    source = "dns" if by_hand else "system"
    found = (address for one in resolutions if one.source == source for address in one.addresses)
    return tuple(dict.fromkeys(found))[:LIMIT]
