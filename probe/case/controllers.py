"""Which domain controllers the SRV records of a domain list (MS-ADTS section 6.3.2.3)."""

from probe.case.case import Case
from probe.facts.observation import Lookup
from probe.facts.records import Service

NAMES = ("_ldap._tcp.dc._msdcs", "_ldap._tcp")
"""Under these names every controller of the domain is listed; the second may list other directories too."""
CATALOG = "_gc._tcp"
"""The global catalogs of the forest, listed below its root domain."""
PLAIN = 389


def hosts(lookups: tuple[Lookup, ...]) -> dict[str, int]:
    """The controllers in the order in which they are to be tried, each with the port on which it begins in plain text."""
    found: dict[str, int] = {}
    for one in lookups:
        if one.name.startswith(CATALOG):
            continue
        for record in one.records:
            if isinstance(record, Service) and _usable(record.host) and record.host not in found:
                found[record.host] = record.port or PLAIN
    return found


def listed_in(lookups: tuple[Lookup, ...], host: str) -> tuple[str, ...]:
    """The names under which a host is listed."""
    return tuple(one.name for one in lookups if any(isinstance(record, Service) and record.host == host for record in one.records))


def is_controller(case: Case) -> bool:
    """Whether the other side says that it is a domain controller: such a one asks everybody for a certificate and needs none (MS-ADTS section 5.1.1.2)."""
    if case.target.protocol not in ("ldaps", "ldap") or not case.exchange:
        return False
    from probe.case.directory import directory  # few checks are of directories

    found = directory(case)
    return found is not None and found.is_active_directory


def _usable(host: str) -> bool:
    """Whether a target of SRV is a name that a person could connect to: anything may stand in a DNS answer."""
    labels = host.split(".")
    fine = all(one and len(one) <= 63 and all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in one) for one in labels)
    return fine and len(host) <= 253 and not labels[-1].isdecimal()
