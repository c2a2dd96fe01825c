"""The names and addresses in the answers of DNS, and in what this machine knows beside it, for who replaces them by pseudonyms. Pure."""

from collections.abc import Iterator

from probe.facts.observation import Lookup, Observation, Resolution
from probe.facts.records import Authorization, Pointer, Service


def names_in_dns(one: Observation) -> Iterator[str]:
    """Each as it stands there. The domain names of authorities and whole top-level domains are no secret."""
    answers: tuple[Resolution | Lookup, ...] = (*one.resolutions, *one.lookups)
    for answer in answers:
        # A name without a dot that was only climbed to is a top-level domain.
        if isinstance(answer, Resolution) or "." in answer.name:
            yield answer.name
        for alias in answer.aliases:
            yield from (alias.name, alias.target)
        if isinstance(answer, Resolution):
            yield from answer.addresses
        yield (answer.server or "").rpartition(":")[0]
    for lookup in one.lookups:
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
