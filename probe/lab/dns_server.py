"""A small DNS server on loopback, over UDP and TCP, that answers from a list of records and can fail in every way."""

import contextlib
import selectors
import socket
import threading

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from probe.facts.noun import noun
from probe.lab.listener import Listener, finish

CHAIN_LIMIT = 8
"""CNAME records that are followed for one answer, as a careful resolver would."""
UDP_SIZE = 4096
_PORT_TRIES = 20
_GARBAGE = b"\xde\xad\xbe\xef" * 8


@noun
class Record:
    """One resource record: ``type`` as in a zone file (A, AAAA, CNAME, MX, ...), ``ttl`` in seconds."""

    name: str
    type: str
    value: str
    ttl: int = 300


@noun
class Zone:
    """What a server knows, and how it fails.

    ``records``: a name that is in none of them does not exist (NXDOMAIN); a name without a record of the type that is asked for gets an empty answer.
    ``fails`` are (name, way): ``servfail``, ``formerr``, ``notimp``, ``refused``, ``nxdomain``, ``drop`` (no answer at all), ``garbage``,
    or ``truncate`` (whole only over TCP).
    The name ``*`` stands for every name. ``authentic``: it says that it validated all that it answers (AD), as a resolver with DNSSEC does.
    """

    records: tuple[Record, ...] = ()
    fails: tuple[tuple[str, str], ...] = ()
    authentic: bool = False


class DnsServer:
    """Answers on ``address`` from construction until ``close``, UDP and TCP on the same ``port``. Raises ``OSError`` when no port is free for both."""

    def __init__(self, zone: Zone, address: str = "127.0.0.1") -> None:
        self._zone = zone
        self._udp, self._tcp = self._bind(address)
        self.port = self._tcp.port
        self.where = f"[{address}]:{self.port}" if ":" in address else f"{address}:{self.port}"
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._serve_udp, name=f"lab-dns-{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering. May be called twice."""
        with contextlib.suppress(OSError):
            self._wake.send(b"x")
        self._thread.join()
        self._tcp.close()
        for one in (self._udp, self._wake, self._woken):
            one.close()

    def _bind(self, address: str) -> tuple[socket.socket, Listener]:
        for _ in range(_PORT_TRIES):
            udp = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((address, 0))
            with contextlib.suppress(OSError):
                return udp, Listener(self._talk_tcp, address, int(udp.getsockname()[1]))
            udp.close()
        raise OSError("no port is free for UDP and TCP at once")

    def _serve_udp(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._udp, selectors.EVENT_READ, True)
            selector.register(self._woken, selectors.EVENT_READ, False)
            while all(key.data for key, _ in selector.select()):
                with contextlib.suppress(OSError):
                    request, client = self._udp.recvfrom(UDP_SIZE)
                    if (response := answer(self._zone, request, over_tcp=False)) is not None:
                        self._udp.sendto(response, client)

    def _talk_tcp(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while len(size := stream.read(2)) == 2:
                response = answer(self._zone, stream.read(int.from_bytes(size)), over_tcp=True)
                if response is not None:
                    connection.sendall(len(response).to_bytes(2) + response)
        finish(connection)


def answer(zone: Zone, request: bytes, *, over_tcp: bool) -> bytes | None:
    """Answer one DNS message from ``zone``; ``None`` means that nothing is sent, as for a request that cannot be read."""
    try:
        query = dns.message.from_wire(request)
        response = dns.message.make_response(query, recursion_available=True)
    except dns.exception.DNSException:
        return None
    if len(query.question) != 1:
        return None
    question = query.question[0]
    fails = dict(zone.fails)
    name = question.name.to_text(omit_final_dot=True).lower()
    way = fails.get(name, fails.get("*", ""))
    if way in ("drop", "garbage"):
        return _GARBAGE if way == "garbage" else None
    if way == "truncate" and not over_tcp:
        response.flags |= dns.flags.TC
    elif way in ("servfail", "formerr", "notimp", "refused", "nxdomain"):
        response.set_rcode(dns.rcode.from_text(way))
    else:
        if zone.authentic:
            response.flags |= dns.flags.AD
        _fill(response, zone, name, dns.rdatatype.to_text(question.rdtype))
    return response.to_wire(max_size=65535)


def _fill(response: dns.message.Message, zone: Zone, name: str, kind: str) -> None:
    """Put in the records for ``name``, with the chain of CNAME records that leads to them."""
    for _ in range(CHAIN_LIMIT):
        here = [one for one in zone.records if one.name.lower() == name]
        if not here:
            response.set_rcode(dns.rcode.NXDOMAIN)
            return
        alias = next((one for one in here if one.type == "CNAME"), None)
        wanted = [alias] if alias else [one for one in here if one.type == kind]
        for one in wanted:
            response.answer.append(dns.rrset.from_text(dns.name.from_text(one.name), one.ttl, "IN", one.type, one.value))
        if alias is None or kind == "CNAME":
            return
        name = alias.value.rstrip(".").lower()
