"""What this machine knows of a name beside DNS: its hosts file, and the domains that its resolver tries to append (resolv.conf(5), hosts(5))."""

import os
from ipaddress import ip_address
from pathlib import Path

from probe.capture.resolve import CONFIGURATION
from probe.facts.observation import Beside

HOSTS = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "drivers", "etc", "hosts") if os.name == "nt" else Path("/etc/hosts")
DOMAINS = 6
"""How many domains of a search list count, as for resolvers of old."""
ADDRESSES = 16
_SIZE = 1024 * 1024
_NAME = 253


def beside(name: str, hosts: Path = HOSTS, configuration: Path = CONFIGURATION) -> Beside:
    """Read both files, at most 1 MiB of each; one that cannot be read gives nothing."""
    found = (line.partition("#")[0].split() for line in _lines(hosts))
    wanted = name.rstrip(".").lower()
    addresses = (words[0] for words in found if len(words) > 1 and wanted in (one.rstrip(".").lower() for one in words[1:]) and _is_address(words[0]))
    return Beside(file=str(hosts), hosts=tuple(dict.fromkeys(addresses))[:ADDRESSES], search=_search(configuration))


def _search(configuration: Path) -> tuple[str, ...]:
    """The last of ``search`` and ``domain`` counts."""
    found: list[str] = []
    for line in _lines(configuration):
        words = line.partition("#")[0].split()
        if len(words) > 1 and words[0] in ("search", "domain"):
            found = words[1:] if words[0] == "search" else words[1:2]
    return tuple(dict.fromkeys(one.strip(".").lower() for one in found if one.strip(".") and len(one) <= _NAME))[:DOMAINS]


def _lines(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_SIZE).splitlines()
    except OSError:
        return []


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
