"""The observed name resolution as DNS servers of the laboratory."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address

import dns.exception
import dns.name

from probe.case.resolved import FIRST
from probe.facts.observation import How, Local, Observation, Resolution
from probe.facts.target import Target
from probe.lab.dns_server import Record, Zone
from probe.lab.stage import Stage

_REFUSES = {1: "formerr", 2: "servfail", 3: "nxdomain", 4: "notimp", 5: "refused"}
_SYSTEM = "system"


def needs_resolver(observation: Observation) -> bool:
    """Whether the copy must be found by name: it has several addresses, or none, or answers were to be compared, also with the addresses of a profile."""
    addresses = {one.address for one in observation.attempts}
    target = observation.target
    listed = bool(target.only) and target.only != FIRST
    if observation.lookups and observation.resolutions:
        return True
    return bool(observation.resolutions) and (len(addresses) != 1 or listed or bool(target.also_resolvers))


def open_resolvers(stage: Stage, observation: Observation, places: Mapping[str, str], further: Zone | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Open a DNS server for each that was asked; give the options that name them, and what could not be copied.

    ``places`` says where on this machine the copy of an address is. The answers of the operating system's resolver are given by a DNS server too.
    ``further`` are the records that are no addresses, which the first of them knows.
    """
    seen = observation.resolutions
    sources = [observation.target.resolver or _SYSTEM, *observation.target.also_resolvers]
    options: list[str] = []
    losses: list[str] = []
    for source in sources:
        answers = _answers_of(source, seen, observation.target)
        if source == _SYSTEM:
            losses.append("the resolver of the observing machine with its hosts file; a DNS server gives its answers")
        zone = _zone(observation.target.host, answers, places)
        if source == sources[0] and further is not None:
            zone = replace(zone, records=(*zone.records, *further.records), authentic=further.authentic)
        options += ["--resolver", stage.dns(zone)]
    return tuple(options), tuple(losses)


def _answers_of(source: str, seen: tuple[Resolution, ...], target: Target) -> tuple[Resolution, ...]:
    if source != _SYSTEM:
        plain = source if ":" in source else f"{source}:53"
        named = tuple(one for one in seen if one.source == "dns" and one.server in (source, plain))
        return named or (tuple(one for one in seen if one.source == "dns") if source == target.resolver else ())
    by_system = tuple(one for one in seen if one.source == _SYSTEM)
    # What the system said leads to the addresses; why there is none is said better by DNS.
    by_dns = tuple(one for one in seen if one.source == "dns")
    return by_system if any(one.addresses for one in by_system) or not by_dns else by_dns


def _zone(host: str, answers: tuple[Resolution, ...], places: Mapping[str, str]) -> Zone:
    aliases = dict.fromkeys((alias.name, alias.target, alias.ttl) for one in answers for alias in one.aliases)
    records = [Record(name=name, type="CNAME", value=f"{target}.", ttl=ttl) for name, target, ttl in aliases]
    last = next((one.aliases[-1].target for one in answers if one.aliases), host)
    for address, ttl in dict.fromkeys((address, one.ttl or 300) for one in answers for address in one.addresses):
        place = places.get(address, address)
        records.append(Record(name=last, type="AAAA" if ":" in place else "A", value=place, ttl=ttl))
    way = next((found for one in answers if (found := _failure(one))), "")
    if any(one.addresses for one in answers) or not way:
        if not any(one.addresses for one in answers):
            records.append(Record(name=last, type="MX", value=f"10 {last}."))
        return _sound(records)
    if way == "nxdomain" and records:
        return _sound(records)  # an alias of a name that is not there
    return Zone(fails=(("*", way),))


def _sound(records: list[Record]) -> Zone:
    """The records that a DNS message can hold; a saved file may name anything."""
    return Zone(records=tuple(one for one in records if _is_name(one.name) and (_is_name(one.value) if one.type == "CNAME" else _fits(one))))


def _is_name(text: str) -> bool:
    try:
        dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError, ValueError):
        return False
    return True


def _fits(one: Record) -> bool:
    if one.type == "MX":
        return True
    try:
        return (ip_address(one.value).version == 6) is (one.type == "AAAA") and 0 <= one.ttl < 1 << 31
    except ValueError:
        return False


def _failure(one: Resolution) -> str:
    """How a DNS server of the laboratory fails like this."""
    if one.rcode in _REFUSES:
        return _REFUSES[one.rcode]
    if one.rcode == 0 or one.ending.how is How.DONE:
        return ""
    if one.ending.local is Local.UNUSABLE:
        return "garbage"
    if one.source == _SYSTEM:
        return "nxdomain" if one.ending.how is How.DECLINED and one.ending.code != -3 else "drop"
    return "drop"
