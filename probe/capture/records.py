"""Questions to DNS for records that are no addresses: which hosts serve (SRV), who may issue (CAA), what an address is called (PTR), what is expected (TLSA).

For any resolver: ``resolve.server("IP:PORT")`` reads one given by hand, ``resolve.configured()`` gives those of this machine. No search list is used.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from probe.capture.clock import Clock
from probe.capture.dns_question import ADDRESSES, Answer, Server, ask, plain, question, spelled
from probe.facts.observation import Lookup
from probe.facts.records import Association, Authorization, Pointer, Service

if TYPE_CHECKING:
    from dns.message import Message

KINDS = ("SRV", "CAA", "PTR", "TLSA")
RECORDS = 256
"""How many records of one answer are kept; a message has room for some thousands."""
HOSTS = 64
"""How many hosts of one answer are asked for their addresses."""
AT_ONCE = 8
CLIMBS = 16
"""How many names are asked on the way up to the root of DNS. Real ones have three to five labels."""
_TEXT = 1024
_DATA = 16 * 1024

Record = Service | Authorization | Association | Pointer


async def look_up(name: str, kind: str, servers: tuple[Server, ...], clock: Clock, until: float) -> Lookup:
    """Ask for the records of one of ``KINDS`` of an absolute name, one server after the other until one gives an answer that counts.

    ``until`` is a point in time on ``clock``. Services come with those addresses that the same answer holds. Never raises for what a server does.
    """
    started = clock.now()
    found = await question(name, kind, servers, clock, until)
    kept, left_off = _records(found)
    return Lookup(
        started=started,
        took=clock.now() - started,
        ending=found.ending,
        name=name,
        type=kind,
        server=None if found.server is None else spelled(found.server),
        rcode=found.rcode,
        aliases=found.aliases,
        records=kept,
        left_off=left_off,
        ttl=found.ttl,
        authentic=found.authentic,
        authoritative=found.authoritative,
    )


async def services(name: str, servers: tuple[Server, ...], clock: Clock, until: float, hosts: int = HOSTS) -> Lookup:
    """Ask for SRV records, and for the addresses of those hosts that the answer holds none of, at most ``hosts`` hosts.

    ``records`` are in the order of RFC 2782: least priority first; among equals, where clients draw lots, greatest weight first.
    """
    found = await look_up(name, "SRV", servers, clock, until)
    lacking = tuple(dict.fromkeys(one.host for one in found.records if isinstance(one, Service) and one.host and not one.addresses))[:hosts]
    if not lacking:
        return found
    turn = asyncio.Semaphore(AT_ONCE)

    async def addresses(host: str) -> tuple[tuple[str, ...], int | None]:
        async with turn:
            some, others = await asyncio.gather(*(ask(host, kind, servers, clock, until) for kind in ("A", "AAAA")))
        # An address decides; without one an error says more than an empty answer.
        codes = [one for one in (some.rcode, others.rcode) if one is not None]
        return (*some.addresses, *others.addresses), max(codes, default=None)

    known = dict(zip(lacking, await asyncio.gather(*(addresses(one) for one in lacking)), strict=True))
    records = tuple(_with(one, *known[one.host]) if isinstance(one, Service) and one.host in known else one for one in found.records)
    return replace(found, took=clock.now() - found.started, records=records)


async def climb(name: str, servers: tuple[Server, ...], clock: Clock, until: float) -> tuple[Lookup, ...]:
    """Ask for the CAA records of a name, then of each name above it, until there are some (RFC 8659 section 3). The last answer is the one that counts.

    An answer that is neither records nor their absence ends the climb: nobody can know then what holds.
    """
    found: list[Lookup] = []
    labels = plain(name).removeprefix("*.").split(".")
    for place in range(min(len(labels), CLIMBS)):
        one = await look_up(".".join(labels[place:]), "CAA", servers, clock, until)
        found.append(one)
        if one.records or one.rcode not in (0, 3):
            break
    return tuple(found)


async def named(address: str, servers: tuple[Server, ...], clock: Clock, until: float) -> Lookup:
    """Ask what an address is called (PTR in ``in-addr.arpa`` or ``ip6.arpa``). Raises ``ValueError`` for what is no IP literal."""
    return await look_up(ip_address(address.partition("%")[0]).reverse_pointer, "PTR", servers, clock, until)


def _with(one: Service, addresses: tuple[str, ...], rcode: int | None) -> Service:
    return replace(one, addresses=addresses, rcode=None if addresses else rcode)


def _records(found: Answer) -> tuple[tuple[Record, ...], int]:
    every = [] if found.records is None else list(found.records)
    beside = _beside(found.message) if found.message is not None else {}
    made = sorted((_record(one, beside) for one in every), key=_turn)
    return tuple(made[:RECORDS]), max(0, len(made) - RECORDS)


def _turn(one: Record) -> tuple[int, int, str, int]:
    return (one.priority, -one.weight, one.host, one.port) if isinstance(one, Service) else (0, 0, "", 0)


def _beside(message: Message) -> dict[str, tuple[str, ...]]:
    """The addresses that came with the answer, by name."""
    from dns.rdatatype import AAAA, A

    found: dict[str, tuple[str, ...]] = {}
    for one in message.additional:
        if one.rdtype in (A, AAAA):
            name = plain(one.name.to_text())
            found[name] = (*found.get(name, ()), *(each.to_text() for each in one))[:ADDRESSES]
    return found


def _record(one: Any, beside: dict[str, tuple[str, ...]]) -> Record:
    """Turn what dnspython read into a fact."""
    from dns.rdatatype import CAA, SRV, TLSA

    if one.rdtype == SRV:
        host = plain(one.target.to_text())
        return Service(priority=int(one.priority), weight=int(one.weight), port=int(one.port), host=host, addresses=beside.get(host, ()))
    if one.rdtype == CAA:
        return Authorization(flags=int(one.flags), tag=_text(one.tag).lower(), value=_text(one.value))
    if one.rdtype == TLSA:
        return Association(usage=int(one.usage), selector=int(one.selector), matching=int(one.mtype), data=bytes(one.cert[:_DATA]))
    return Pointer(host=plain(one.target.to_text()))


def _text(data: bytes) -> str:
    return "".join(chr(one) if 0x20 <= one < 0x7F and one != 0x5C else f"\\x{one:02x}" for one in data[:_TEXT])
