"""Observed records of DNS that are no addresses, as a zone of the laboratory's DNS server, for the copies of the certificates and their port."""

import dns.exception
import dns.name
import dns.rdata

from probe.case.tlsa import digest, same
from probe.facts.certificate import Certificate
from probe.facts.observation import Lookup, Observation
from probe.facts.records import Association, Authorization, Pointer, Service
from probe.lab.dns_server import Record, Zone
from probe.lab.reproduce_chain import Copies

_LONGEST = (1 << 31) - 1


def further(observation: Observation, known: tuple[Certificate, ...], copies: Copies, port: int) -> Zone | None:
    """All that a DNS message can hold (a saved file may say anything); ``None`` where nothing was asked.

    A name that is known to have no such records gets one that says only that it exists. What a TLSA record says of a certificate it says of the copy.
    """
    if not observation.lookups:
        return None
    found: list[Record] = []
    own = f"_{observation.target.port}._tcp."
    for one in observation.lookups:
        name = f"_{port}._tcp.{one.name.removeprefix(own)}" if one.type == "TLSA" and one.name.startswith(own) else one.name
        ttl = min(max(one.ttl or 300, 0), _LONGEST)
        if not one.records and one.rcode == 0:
            found.append(Record(name=name, type="TXT", value='"exists"'))
        values = [_value(_renewed(record, known, copies) if isinstance(record, Association) else record) for record in one.records]
        end = one.aliases[-1].target if one.aliases else name
        found += [Record(name=end, type=one.type, value=value, ttl=ttl) for value in values if _holds(one, value)]
        found += [Record(name=alias.name, type="CNAME", value=f"{alias.target}.", ttl=ttl) for alias in one.aliases if _is_name(alias.target)]
    return Zone(records=tuple(one for one in found if _is_name(one.name)), authentic=any(one.authentic for one in observation.lookups))


def _renewed(record: Association, known: tuple[Certificate, ...], copies: Copies) -> Association:
    """The record of the copy of the certificate that it means, if it is known."""
    meant = next((one for one in known if same(record, one)), None)
    if meant is None:
        return record
    return Association(usage=record.usage, selector=record.selector, matching=record.matching, data=digest(record, copies.certificate(meant)))


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
