"""The names and addresses in further records of DNS, and in what this machine knows beside it, for who replaces them by pseudonyms. Pure."""

from collections.abc import Iterator

from probe.facts.observation import Observation
from probe.facts.records import Authorization, Pointer, Service


def names_in_dns(one: Observation) -> Iterator[str]:
    """Each as it stands there. The domain names of authorities and whole top-level domains are no secret."""
    for lookup in one.lookups:
        if "." in lookup.name:
            yield lookup.name
        for alias in lookup.aliases:
            yield from (alias.name, alias.target)
        for record in lookup.records:
            if isinstance(record, Service | Pointer):
                yield record.host
            if isinstance(record, Service):
                yield from record.addresses
            if isinstance(record, Authorization) and record.tag not in ("issue", "issuewild"):
                yield record.value
    if one.beside:
        yield from (*one.beside.hosts, *one.beside.search)
        for found in one.beside.searched:
            yield from (found.name, *found.addresses)
