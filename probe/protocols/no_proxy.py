"""Which hosts ``NO_PROXY`` exempts, as curl reads it (everything.curl.dev, "Proxy environment variables"; ``lib/noproxy.c``).

Entries are separated by commas or blanks; ``*`` alone exempts every host. An entry fits the name itself and every name below it, with or without
a dot in front. Addresses fit addresses, and networks such as 10.0.0.0/8 what is inside. Ports and ``*.`` mean something to other programs only.
"""

import re
from ipaddress import ip_address, ip_network


def exempting(host: str, value: str) -> str | None:
    """The entry of ``value`` that exempts ``host`` (a name in lower case or an IP literal without brackets); ``None`` when none does."""
    if value == "*":
        return value
    bare = host.partition("%")[0].removesuffix(".")
    literal = _literal(bare)
    for entry in _entries(value):
        if (_inside(bare, entry) if literal else _below(bare, entry)) and entry:
            return entry
    return None


def ignored(host: str, port: int, value: str) -> str | None:
    """An entry that Go or Python would take for this host, and curl does not: with a port, or with ``*.`` in front."""
    for entry in _entries(value):
        name, _, digits = entry.rpartition(":")
        if name and digits == str(port) and exempting(host, name.strip("[]")):
            return entry
        if entry.startswith("*.") and _below(host, entry[2:]):
            return entry
    return None


def _entries(value: str) -> list[str]:
    return [one for one in re.split(r"[,\s]+", value) if one]


def _literal(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _below(host: str, entry: str) -> bool:
    name = entry.removesuffix(".").removeprefix(".").lower()
    return bool(name) and (host.lower() == name or host.lower().endswith(f".{name}"))


def _inside(host: str, entry: str) -> bool:
    place, _, bits = entry.partition("/")
    try:
        # To curl no bits are all bits.
        return ip_address(host) in ip_network(f"{place}/{bits}" if bits.strip("0") else place, strict=False)
    except (ValueError, TypeError):
        return False
