"""Observed records of DNS that are no addresses, as records of the laboratory's DNS server."""

import dns.exception
import dns.name
import dns.rdata

from probe.facts.observation import Lookup, Observation
from probe.facts.records import Association, Authorization, Pointer, Service
from probe.lab.dns_server import Record

_LONGEST = (1 << 31) - 1


def further_records(observation: Observation) -> tuple[Record, ...]:
    """All that a DNS message can hold; a saved file may say anything. A name that is known to have none of them gets a record that says only that it exists."""
    found: list[Record] = []
    for one in observation.lookups:
        values = [_value(record) for record in one.records]
        if not values and one.rcode == 0:
            found.append(Record(name=one.name, type="TXT", value='"exists"'))
        ttl = min(max(one.ttl or 300, 0), _LONGEST)
        name = one.aliases[-1].target if one.aliases else one.name
        found += [Record(name=name, type=one.type, value=value, ttl=ttl) for value in values if _holds(one, value)]
        found += [Record(name=alias.name, type="CNAME", value=f"{alias.target}.", ttl=ttl) for alias in one.aliases]
    return tuple(one for one in found if _is_name(one.name))


def _value(record: Service | Authorization | Association | Pointer) -> str:
    if isinstance(record, Service):
        return f"{record.priority} {record.weight} {record.port} {record.host}."
    if isinstance(record, Authorization):
        value = record.value.replace('"', '\\"')
        return f'{record.flags} {record.tag} "{value}"'
    if isinstance(record, Association):
        return f"{record.usage} {record.selector} {record.matching} {record.data.hex()}"
    return f"{record.host}."


def _holds(one: Lookup, value: str) -> bool:
    try:
        dns.rdata.from_text("IN", one.type, value)
    except (dns.exception.DNSException, ValueError, OverflowError):
        return False
    return True


def _is_name(text: str) -> bool:
    try:
        dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError, ValueError):
        return False
    return True
