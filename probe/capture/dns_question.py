"""One question to DNS servers: every answer with its rcode, aliases and times to live (RFC 1034, RFC 1035, RFC 2308, RFC 7766).

dnspython writes and reads the messages; the sockets are our own, connected ones, because only those tell that a port is closed.
It is imported on first use: it costs as much as the rest of a check together.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from probe.capture.clock import Clock
from probe.capture.endings import DONE, LIMIT, TIMED_OUT, UNUSABLE, ending
from probe.capture.wire import Wire
from probe.facts.noun import noun
from probe.facts.observation import Alias, Ending, How, Resolution

if TYPE_CHECKING:
    from dns.message import Message

PAYLOAD = 1232
ALIASES = 16
CHASES = 8
ADDRESSES = 64
FIRST_PAUSE = 1.0
LAST_PAUSE = 4.0
_NOERROR, _FORMERR, _NXDOMAIN, _NOTIMP, _REFUSED = 0, 1, 3, 4, 5

Server = tuple[str, int]


@noun
class _Reading:
    """What one message says of a name: ``end`` is where the aliases lead, ``whole`` that the server has nothing more to say about it."""

    aliases: tuple[Alias, ...]
    addresses: tuple[str, ...]
    ttl: int | None
    end: str
    loop: bool
    whole: bool


async def ask(name: str, kind: str, servers: tuple[Server, ...], clock: Clock, until: float) -> Resolution:
    """Ask for the ``A`` or ``AAAA`` records of an absolute name, one server after the other until one gives an answer that counts.

    ``until`` is a point in time on ``clock``. Never raises for what a server does.
    """
    started = clock.now()
    kept: Resolution | None = None
    for place, server in enumerate(servers):
        share = clock.now() + (until - clock.now()) / (len(servers) - place)
        found = await _follow(name, kind, server, started, clock, share)
        if found.rcode in (_NOERROR, _NXDOMAIN):
            return found
        if kept is None or (found.rcode is not None and kept.rcode is None):
            kept = found
    return kept or _resolution(name, kind, None, started, clock, UNUSABLE)


async def _follow(name: str, kind: str, server: Server, started: float, clock: Clock, until: float) -> Resolution:
    """Ask one server, and again for the alias's target when it only gave the alias, as an authoritative server may."""
    aliases: tuple[Alias, ...] = ()
    times: list[int] = []
    current = name
    for _ in range(CHASES):
        how, message = await _exchange(current, kind, server, clock, until)
        if message is None:
            return _resolution(name, kind, server, started, clock, how, aliases=aliases)
        read = _read(message, current, kind)
        aliases += read.aliases
        times += [] if read.ttl is None else [read.ttl]
        rcode = int(message.rcode())
        looped = read.loop or len({one.name for one in aliases}) < len(aliases) or len(aliases) > ALIASES
        if looped or rcode != _NOERROR or read.whole or read.end == current:
            how = LIMIT if looped else _ending(rcode)
            ttl = min(times) if times else None
            return _resolution(name, kind, server, started, clock, how, rcode=rcode, aliases=aliases[:ALIASES], addresses=read.addresses, ttl=ttl)
        current = read.end
    return _resolution(name, kind, server, started, clock, LIMIT, rcode=0, aliases=aliases[:ALIASES])


def _resolution(
    name: str,
    kind: str,
    server: Server | None,
    started: float,
    clock: Clock,
    how: Ending,
    *,
    rcode: int | None = None,
    aliases: tuple[Alias, ...] = (),
    addresses: tuple[str, ...] = (),
    ttl: int | None = None,
) -> Resolution:
    return Resolution(
        started=started,
        took=clock.now() - started,
        ending=how,
        name=name,
        source="dns",
        type=kind,
        server=None if server is None else spelled(server),
        rcode=rcode,
        aliases=aliases,
        addresses=addresses,
        ttl=ttl,
    )


def spelled(server: Server) -> str:
    """Write a server as ``IP:PORT``, an IPv6 address in brackets."""
    return f"[{server[0]}]:{server[1]}" if ":" in server[0] else f"{server[0]}:{server[1]}"


def _ending(rcode: int) -> Ending:
    if rcode == _NOERROR:
        return DONE
    return Ending(how=How.REFUSED if rcode == _REFUSED else How.DECLINED, code=rcode)


async def _exchange(name: str, kind: str, server: Server, clock: Clock, until: float) -> tuple[Ending, Message | None]:
    """One question and its answer: over UDP, over TCP when it was cut, without EDNS when the server does not know that."""
    from dns.exception import DNSException
    from dns.message import make_query

    for edns in (0, -1):
        try:
            query = make_query(name.rstrip(".") + ".", kind, use_edns=edns, payload=PAYLOAD)
        except DNSException:
            return UNUSABLE, None
        try:
            how, message = await _udp(query, server, clock, until)
            if message is not None and _cut(message):
                how, message = await _tcp(query, server, clock, until)
        except OSError as error:
            return ending(error), None
        if message is None or edns < 0 or message.rcode() not in (_FORMERR, _NOTIMP):
            break
    return how, message


async def _udp(query: Message, server: Server, clock: Clock, until: float) -> tuple[Ending, Message | None]:
    wire = await Wire.open(*server, clock, until, socket.SOCK_DGRAM)
    strange = False
    pause = FIRST_PAUSE
    try:
        while clock.now() < until:
            await wire.write(query.to_wire(), until)
            again = min(until, clock.now() + pause)
            while clock.now() < again:
                try:
                    data = await wire.read(again)
                except TimeoutError:
                    break
                if (message := _parse(data, query)) is not None:
                    return DONE, message
                # Perhaps somebody else's answer: go on listening for the right one.
                strange = True
            if strange:
                return UNUSABLE, None
            pause = min(2 * pause, LAST_PAUSE)
    finally:
        wire.close()
    return TIMED_OUT, None


async def _tcp(query: Message, server: Server, clock: Clock, until: float) -> tuple[Ending, Message | None]:
    wire = await Wire.open(*server, clock, until)
    data = b""
    try:
        plain = query.to_wire()
        await wire.write(len(plain).to_bytes(2, "big") + plain, until)
        while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2], "big"):
            piece = await wire.read(until)
            if not piece:
                return Ending(how=How.CLOSED), None
            if clock.now() > until:
                return TIMED_OUT, None
            data += piece
    finally:
        wire.close()
    message = _parse(data[2 : 2 + int.from_bytes(data[:2], "big")], query)
    return (UNUSABLE, None) if message is None else (DONE, message)


def _cut(message: Message) -> bool:
    from dns.flags import TC

    return bool(message.flags & TC)


def _parse(data: bytes, query: Message) -> Message | None:
    """Read an answer to this very question; ``None`` for anything else."""
    from dns.message import from_wire

    try:
        message = from_wire(data)
        return message if query.is_response(message) else None
    except Exception:
        # Hostile bytes in somebody else's parser: whatever it raises, this is no answer.
        return None


def _read(message: Message, name: str, kind: str) -> _Reading:
    """Walk from the name over its aliases to the addresses."""
    from dns.name import from_text
    from dns.rdatatype import CNAME, SOA
    from dns.rdatatype import from_text as type_of

    wanted = type_of(kind)
    sets = {(one.name, one.rdtype): one for one in message.answer}
    current = from_text(name.rstrip(".") + ".")
    aliases: list[Alias] = []
    times: list[int] = []
    visited = {current}
    addresses: tuple[str, ...] = ()
    loop = False
    while len(aliases) < ALIASES:
        if found := sets.get((current, wanted)):
            times.append(int(found.ttl))
            addresses = tuple(one.to_text() for one in found)[:ADDRESSES]
            break
        alias = sets.get((current, CNAME))
        if not alias:
            break
        target = alias[0].target
        aliases.append(Alias(name=_plain(current.to_text()), target=_plain(target.to_text()), ttl=int(alias.ttl)))
        times.append(int(alias.ttl))
        current = target
        if current in visited:
            loop = True
            break
        visited.add(current)
    whole = bool(addresses) or any(one.rdtype == SOA for one in message.authority)
    return _Reading(aliases=tuple(aliases), addresses=addresses, ttl=min(times) if times else None, end=_plain(current.to_text()), loop=loop, whole=whole)


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
