"""Bad weather for a scenario of the laboratory: hostile texts in everything that is said, floods after it, servers that answer late or byte by byte.

Nothing of a scenario is written again: its certificates, servers and answers are altered where the laboratory makes them.
"""

import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from probe.facts.noun import noun
from probe.lab import dns_server, http_server, listener, pki, tls_server
from probe.lab.dns_server import Record, Zone
from probe.lab.listener import Talk
from probe.lab.relay import size_limit
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
"""Does something where a browser is given it unescaped; everything hostile that is said holds it or what follows."""
CONTROLS = "\x1b[31m\x1b]0;owned\x07\x00\u202egnp.exe\u2066\r\n\x9b2J"
MARKED = "`](http://127.0.0.1:9/) **b** | $(reboot) ; {{7*7}} ]]> &amp; '\""
SHORT = "\x1b[31m\u202e\x00<script>alert(1)</script>"
LONG = "A" * 10_000
FLOOD = f"{MARKUP}{CONTROLS}{MARKED}".encode() * 4000
URLS = (
    "javascript:alert(1)",
    "http://\x1b[31m\x00/ocsp",
    "http://127.0.0.1/<script>alert(1)</script>",
    f"http://{'a' * 3000}.example/",
    "http://user:secret@127.0.0.1:8080/",
    "file:///etc/passwd",
)
SANS = ("<script>alert(1)</script>", "\x1b[31mred\x1b]0;owned\x07", "nul\x00byte.example", "$(reboot).example", "a" * 10_000)
KNOWN_BY_NAME = ("FortiGate CA", "Entrust Root Certification Authority - G2")
"""Authorities that a cause knows by their name: they keep it, and get the rest beside it."""
PEERS, WEB, DNS = "peers", "web", "dns"
EVERYONE = (PEERS, WEB, DNS)
NEVER = 10.0
"""Seconds of being late for which nobody waits: a DNS server that is as late need not answer at all."""


@noun
class Conditions:
    """What is done to a scenario, and to which of its servers: ``who`` are some of ``EVERYONE`` (endpoints, HTTP servers, DNS servers).

    ``texts``: certificates, URLs in them, answers and DNS aliases hold hostile texts. ``flood``: after its last word a server goes on with a megabyte of them.
    ``late``: seconds before each word that follows a question; over UDP a DNS server answers as late. ``piece`` and ``pause``: words come in pieces of so
    many bytes (0: whole), with so many seconds between them. ``web`` makes what an HTTP server says in place of any document.
    """

    who: tuple[str, ...] = EVERYONE
    texts: bool = False
    flood: bool = False
    late: float = 0.0
    piece: int = 0
    pause: float = 0.0
    web: Callable[[], Iterator[bytes]] | None = None


class Spoken(socket.socket):
    """A server's end of a connection on which words go out as the conditions want."""

    def __init__(self, connection: socket.socket, how: Conditions) -> None:
        # The same open socket under a second number: what the server sets on it holds, and the listener can still end it.
        super().__init__(connection.family, connection.type, connection.proto, fileno=socket.dup(connection.fileno()))
        self.settimeout(connection.gettimeout())
        self.how = how
        self.asked = True
        self.said = False

    def recv(self, *given: Any) -> bytes:
        data = super().recv(*given)
        self.asked = self.asked or bool(data)
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        how = self.how
        if data and self.asked:
            time.sleep(how.late)
            self.asked = False
        size = how.piece or max(len(data), 1)
        for at in range(0, len(data), size):
            super().sendall(data[at : at + size], flags)
            time.sleep(how.pause)
        self.said = self.said or bool(data)

    def shutdown(self, how: int) -> None:
        if how == socket.SHUT_WR and self.said and self.how.flood:
            super().sendall(FLOOD)
        super().shutdown(how)


def role(talk: Talk) -> str:
    """Whose conversation this is."""
    owner = getattr(talk, "__self__", None)
    return WEB if isinstance(owner, http_server.HttpServer) else DNS if isinstance(owner, dns_server.DnsServer) else PEERS


@contextmanager
def under(how: Conditions) -> Iterator[None]:
    """Whatever the laboratory opens meanwhile, it opens under these conditions."""
    with pytest.MonkeyPatch.context() as patch:
        begin = listener.Listener.__init__
        patch.setattr(listener.Listener, "__init__", lambda self, talk, *given: begin(self, spoken(talk, how), *given))
        patch.setattr(Stage, "openssl", fronted(Stage.openssl))
        if DNS in how.who:
            patch.setattr(dns_server, "answer", later(dns_server.answer, how.late))
        if how.texts:
            hostile(patch)
        yield


def spoken(talk: Talk, how: Conditions) -> Talk:
    who = role(talk)
    if who not in how.who:
        return talk

    def say(connection: socket.socket) -> None:
        with Spoken(connection, how) as own:
            if who == WEB and how.web:
                own.recv(65536)
                for words in how.web():
                    own.sendall(words)
                listener.finish(own)
            else:
                talk(own)

    return say


def fronted(opens: Callable[..., int]) -> Callable[..., int]:
    """A program's own server cannot be told what to say; a relay in front of it can."""
    return lambda stage, credentials, *options: stage.raw(size_limit(opens(stage, credentials, *options), limit=1 << 16))


def later(answers: Callable[..., bytes | None], seconds: float) -> Callable[..., bytes | None]:
    def answer(zone: Zone, request: bytes, *, over_tcp: bool) -> bytes | None:
        if seconds >= NEVER:
            return None
        time.sleep(0 if over_tcp else seconds)
        return answers(zone, request, over_tcp=over_tcp)

    return answer


def hostile(patch: pytest.MonkeyPatch) -> None:
    """Put hostile texts into names and URLs of all certificates, into all answers of services and into the aliases of all DNS servers."""
    subject, issue, zone, serve = pki._name, pki._issue, dns_server.DnsServer.__init__, tls_server.TlsServer.__init__

    def named(names: tuple[str, ...], traits: Traits) -> x509.Name:
        return hostile_name(subject(names, traits), long=bool(names))

    def issued(names: tuple[str, ...], traits: Traits, issuer: pki.Issued | None) -> pki.Issued:
        issuers, responders, lists = ((*places, *URLS) if places else () for places in (traits.ca_issuers, traits.ocsp, traits.crl))
        worse = replace(traits, ca_issuers=issuers, ocsp=responders, crl=lists)
        return issue((*names, *SANS) if names and traits.san else names, worse, issuer)

    patch.setattr(pki, "_name", named)
    patch.setattr(pki, "_issue", issued)
    patch.setattr(dns_server.DnsServer, "__init__", lambda self, known, *given: zone(self, aliased(known), *given))
    patch.setattr(tls_server.TlsServer, "__init__", lambda self, serving, *given: serve(self, answering(serving), *given))


def hostile_name(name: x509.Name, *, long: bool) -> x509.Name:
    """The same name with hostile texts in its common name and in further attributes; ``long``: one of them has 10,000 characters."""
    if not list(name):
        return name
    texts = (MARKUP, CONTROLS, MARKED, *((LONG,) if long else ()))
    own = [one if one.value in KNOWN_BY_NAME or one.oid != NameOID.COMMON_NAME else spelled(one.oid, f"{one.value!s} {SHORT}"[:64]) for one in name]
    return x509.Name([*(spelled(NameOID.ORGANIZATIONAL_UNIT_NAME, text) for text in texts), *own])


def spelled(oid: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(oid, value, _validate=False)


def aliased(zone: Zone) -> Zone:
    """The same addresses at the end of two aliases whose labels are no host name."""
    found: list[Record] = []
    for one in zone.records:
        if one.type not in ("A", "AAAA"):
            found.append(one)
            continue
        steps = [label(MARKUP) + ".example", label(CONTROLS) + "." + label(MARKED) + ".example"]
        chain = [one.name, *steps]
        found += [Record(name=here, type="CNAME", value=f"{there}.") for here, there in zip(chain, chain[1:], strict=False)]
        found.append(replace(one, name=steps[-1]))
    return replace(zone, records=tuple(dict.fromkeys(found)))


def label(text: str) -> str:
    """A DNS label with these bytes, as zone files write it (RFC 1035 section 5.1)."""
    return "".join(chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else f"\\{byte:03d}" for byte in text.lower().encode()[:63])


def answering(serving: Serving) -> Serving:
    """The service says hostile things in its answer's fields and body."""
    fields = (("X-Note", f"{MARKUP}{MARKED}"), ("X-Long", LONG), ("Set-Cookie", "session=secret-in-a-cookie"))
    return replace(serving, answer=replace(serving.answer, body=FLOOD[:20_000], fields=(*serving.answer.fields, *fields)))


def endless() -> Iterator[bytes]:
    """A document that never ends."""
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n\r\n"
    for _ in range(400):
        yield FLOOD


def endless_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(20_000):
        yield f"X-{number}: {MARKUP}\r\n".encode()


def page() -> Iterator[bytes]:
    """A web page where an answer is expected."""
    yield f"HTTP/1.1 200 {MARKUP}\r\nContent-Length: {len(FLOOD)}\r\n\r\n".encode() + FLOOD


def noise() -> Iterator[bytes]:
    yield secrets.token_bytes(4000)


def small_noise() -> Iterator[bytes]:
    """Bytes that begin as an answer does (a SEQUENCE) and are none."""
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n" + b"\x30\x82\xff\xff" + secrets.token_bytes(60)


def circle() -> Iterator[bytes]:
    """A redirect to a URL that says the same."""
    yield b"HTTP/1.1 302 " + MARKUP.encode() + b"\r\nLocation: ?" + b"a" * 500 + b"\r\nContent-Length: 0\r\n\r\n"


def script() -> Iterator[bytes]:
    """A redirect to what no client may follow."""
    yield b"HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)\r\nContent-Length: 0\r\n\r\n"


def nothing() -> Iterator[bytes]:
    yield b""


SAYINGS = (endless, endless_head, page, noise, small_noise, circle, script, nothing)
