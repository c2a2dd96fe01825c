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
    from dns.rdataset import Rdataset

PAYLOAD = 1232
ALIASES = 16
CHASES = 8
ADDRESSES = 64
FIRST_PAUSE = 1.0
LAST_PAUSE = 4.0
_NOERROR, _FORMERR, _NXDOMAIN, _NOTIMP, _REFUSED = 0, 1, 3, 4, 5

Server = tuple[str, int]


@noun
class Answer:
    """What came of one question: the records of the kind that was asked for, where the aliases lead, and the message that said so.

    ``ttl`` is the least of the aliases and the records, in seconds; for a name or a kind that does not exist, for how long that may be remembered (RFC 2308
    section 5). ``records`` and ``message`` are dnspython's, ``None`` without an answer. ``server`` is ``None`` when nobody could be asked.
    """

    ending: Ending
    server: Server | None = None
    rcode: int | None = None
    aliases: tuple[Alias, ...] = ()
    ttl: int | None = None
    records: Rdataset | None = None
    message: Message | None = None

    @property
    def authentic(self) -> bool:
        """Whether the server says that it validated everything in here with DNSSEC (AD, RFC 4035 section 3.2.3). Anybody on the way can say so too."""
        from dns.flags import AD

        return self.message is not None and bool(self.message.flags & AD)

    @property
    def authoritative(self) -> bool:
        """Whether the server answers from its own zone (AA): then the time to live is whole."""
        from dns.flags import AA

        return self.message is not None and bool(self.message.flags & AA)


@noun
class _Reading:
    """What one message says of a name: ``end`` is where the aliases lead, ``whole`` that the server has nothing more to say about it."""

    aliases: tuple[Alias, ...]
    records: Rdataset | None
    ttl: int | None
    end: str
    loop: bool
    whole: bool


async def ask(name: str, kind: str, servers: tuple[Server, ...], clock: Clock, until: float) -> Resolution:
    """Ask for the ``A`` or ``AAAA`` records of an absolute name, one server after the other until one gives an answer that counts.

    ``until`` is a point in time on ``clock``. Never raises for what a server does.
    """
    started = clock.now()
    found = await question(name, kind, servers, clock, until)
    return Resolution(
        started=started,
        took=clock.now() - started,
        ending=found.ending,
        name=name,
        source="dns",
        type=kind,
        server=None if found.server is None else spelled(found.server),
        rcode=found.rcode,
        aliases=found.aliases,
        addresses=tuple(one.to_text() for one in found.records or ())[:ADDRESSES],
        ttl=found.ttl if found.records else None,
        authentic=found.authentic,
        authoritative=found.authoritative,
    )


async def question(name: str, kind: str, servers: tuple[Server, ...], clock: Clock, until: float) -> Answer:
    """Ask for the records of any one ``kind``, one server after the other until one gives an answer that counts. Never raises for what a server does."""
    kept: Answer | None = None
    for place, server in enumerate(servers):
        share = clock.now() + (until - clock.now()) / (len(servers) - place)
        found = await _follow(name, kind, server, clock, share)
        if found.rcode in (_NOERROR, _NXDOMAIN):
            return found
        if kept is None or (found.rcode is not None and kept.rcode is None):
            kept = found
    return kept or Answer(ending=UNUSABLE)


async def _follow(name: str, kind: str, server: Server, clock: Clock, until: float) -> Answer:
    """Ask one server, and again for the alias's target when it only gave the alias, as an authoritative server may."""
    aliases: tuple[Alias, ...] = ()
    times: list[int] = []
    current = name
    for _ in range(CHASES):
        how, message = await _exchange(current, kind, server, clock, until)
        if message is None:
            return Answer(ending=how, server=server, aliases=aliases)
        read = _read(message, current, kind)
        aliases += read.aliases
        times += [] if read.ttl is None else [read.ttl]
        rcode = int(message.rcode())
        looped = read.loop or len({one.name for one in aliases}) < len(aliases) or len(aliases) > ALIASES
        if looped or rcode != _NOERROR or read.whole or read.end == current:
            how = LIMIT if looped else _ending(rcode)
            least = min(times) if times else None
            return Answer(ending=how, server=server, rcode=rcode, aliases=aliases[:ALIASES], ttl=least, records=read.records, message=message)
        current = read.end
    return Answer(ending=LIMIT, server=server, rcode=0, aliases=aliases[:ALIASES])


def spelled(server: Server) -> str:
    """Write a server as ``IP:PORT``, an IPv6 address in brackets."""
    return f"[{server[0]}]:{server[1]}" if ":" in server[0] else f"{server[0]}:{server[1]}"


def _ending(rcode: int) -> Ending:
    if rcode == _NOERROR:
        return DONE
    return Ending(how=How.REFUSED if rcode == _REFUSED else How.DECLINED, code=rcode)


async def _exchange(name: str, kind: str, server: Server, clock: Clock, until: float) -> tuple[Ending, Message | None]:
    """One question and its answer: over UDP, over TCP when it was cut, without EDNS when the server does not know that.

    We say that we understand AD (RFC 6840 section 5.7), so that a server that validates tells it.
    """
    from dns.exception import DNSException
    from dns.flags import AD
    from dns.message import make_query

    for edns in (0, -1):
        try:
            query = make_query(name.rstrip(".") + ".", kind, use_edns=edns, payload=PAYLOAD)
        except DNSException:
            return UNUSABLE, None
        if edns == 0:
            query.flags |= AD
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
    """Walk from the name over its aliases to the records."""
    from dns.name import from_text
    from dns.rdatatype import CNAME
    from dns.rdatatype import from_text as type_of

    wanted = type_of(kind)
    sets = {(one.name, one.rdtype): one for one in message.answer}
    current = from_text(name.rstrip(".") + ".")
    aliases: list[Alias] = []
    times: list[int] = []
    visited = {current}
    records: Rdataset | None = None
    loop = False
    while len(aliases) < ALIASES:
        if found := sets.get((current, wanted)):
            times.append(int(found.ttl))
            records = found
            break
        alias = sets.get((current, CNAME))
        if not alias:
            break
        target = alias[0].target
        aliases.append(Alias(name=plain(current.to_text()), target=plain(target.to_text()), ttl=int(alias.ttl)))
        times.append(int(alias.ttl))
        current = target
        if current in visited:
            loop = True
            break
        visited.add(current)
    nothing = _nothing_for(message)
    if records is None and nothing is not None:
        times.append(nothing)
    whole = records is not None or nothing is not None
    return _Reading(aliases=tuple(aliases), records=records, ttl=min(times) if times else None, end=plain(current.to_text()), loop=loop, whole=whole)


def _nothing_for(message: Message) -> int | None:
    """For how long it may be remembered that there is nothing; ``None`` when the message does not say that there is nothing."""
    from dns.rdatatype import SOA

    return next((min(int(one.ttl), int(one[0].minimum)) for one in message.authority if one.rdtype == SOA and one), None)


def plain(name: str) -> str:
    """Write a name without its last dot, in lower case."""
    return name.rstrip(".").lower()
