"""Names, asked of a real DNS server and of odd ones."""

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from probe.capture import resolve as module
from probe.capture.clock import Clock
from probe.capture.dns_question import spelled
from probe.capture.resolve import configured, resolve, server
from probe.facts.observation import Alias, Ending, How, Local, Resolution
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from tests.servers import free_port, nsd

DONE = Ending(how=How.DONE)
ZONE = """$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
shop 120 A 127.0.0.2
shop 120 A 127.0.0.3
shop 90 AAAA ::1
six AAAA ::1
mail MX 10 shop
www 60 CNAME cdn
cdn 30 CNAME shop
dead CNAME nowhere
foreign CNAME other.invalid.
loop1 CNAME loop2
loop2 CNAME loop1
"""
MANY = "".join(f"many A 127.0.{number // 250}.{number % 250 + 1}\n" for number in range(200))


def target(host: str = "shop.zone.example", resolver: str | None = None, connect: str | None = None) -> Target:
    return Target(spelled=host, protocol="https", host=host, port=443, name=host, sni=host, resolver=resolver, connect=connect)


def asked(host: str, port: int, seconds: float = 5.0) -> dict[str, Resolution]:
    found = asyncio.run(resolve(target(host, f"127.0.0.1:{port}"), Clock(), seconds))
    assert [(one.source, one.type) for one in found] == [("dns", "A"), ("dns", "AAAA")]
    assert {one.server for one in found} == {f"127.0.0.1:{port}"} and {one.name for one in found} == {host}
    return {one.type: one for one in found}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with nsd(tmp_path_factory.mktemp("nsd"), {"zone.example": ZONE + MANY, "broken.example": None}) as port:
        yield port


def test_addresses_with_their_times_to_live(names: int) -> None:
    found = asked("shop.zone.example", names)
    assert (found["A"].ending, found["A"].rcode, found["A"].ttl) == (DONE, 0, 120)
    assert sorted(found["A"].addresses) == ["127.0.0.2", "127.0.0.3"]
    assert (found["AAAA"].addresses, found["AAAA"].ttl, found["AAAA"].aliases) == (("::1",), 90, ())


def test_a_name_with_ipv6_only(names: int) -> None:
    found = asked("six.zone.example", names)
    assert (found["A"].ending, found["A"].rcode, found["A"].addresses) == (DONE, 0, ())
    assert found["AAAA"].addresses == ("::1",)


def test_a_name_without_address(names: int) -> None:
    assert {(one.ending, one.rcode, one.addresses) for one in asked("mail.zone.example", names).values()} == {(DONE, 0, ())}


def test_aliases_in_order(names: int) -> None:
    one = asked("www.zone.example", names)["A"]
    assert one.aliases == (
        Alias(name="www.zone.example", target="cdn.zone.example", ttl=60),
        Alias(name="cdn.zone.example", target="shop.zone.example", ttl=30),
    )
    assert (sorted(one.addresses), one.ttl) == (["127.0.0.2", "127.0.0.3"], 30)


@pytest.mark.parametrize(
    ("host", "rcode", "ending", "aliases"),
    [
        ("nobody.zone.example", 3, Ending(how=How.DECLINED, code=3), ()),
        ("dead.zone.example", 3, Ending(how=How.DECLINED, code=3), ("nowhere.zone.example",)),
        ("foreign.zone.example", 5, Ending(how=How.REFUSED, code=5), ("other.invalid",)),
        ("shop.broken.example", 2, Ending(how=How.DECLINED, code=2), ()),
        ("shop.elsewhere.example", 5, Ending(how=How.REFUSED, code=5), ()),
    ],
)
def test_refusals_have_their_numbers(names: int, host: str, rcode: int, ending: Ending, aliases: tuple[str, ...]) -> None:
    for one in asked(host, names).values():
        assert (one.rcode, one.ending, tuple(alias.target for alias in one.aliases), one.addresses) == (rcode, ending, aliases, ())


def test_a_loop_of_aliases_ends(names: int) -> None:
    one = asked("loop1.zone.example", names)["A"]
    assert one.addresses == () and [alias.target for alias in one.aliases][:2] == ["loop2.zone.example", "loop1.zone.example"]
    assert one.ending in (Ending(how=How.LOCAL, local=Local.LIMIT), Ending(how=How.DECLINED, code=2))


def test_a_cut_answer_is_asked_again_over_tcp(names: int) -> None:
    one = asked("many.zone.example", names)["A"]
    assert one.ending == DONE and len(one.addresses) == 64


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", "x" * 250 + ".example"])
def test_a_name_that_cannot_be_asked(names: int, host: str) -> None:
    assert {one.ending for one in asked(host, names).values()} == {Ending(how=How.LOCAL, local=Local.UNUSABLE)}


def test_a_closed_port_is_known_at_once() -> None:
    began = time.monotonic()
    found = asked("shop.zone.example", free_port(socket.SOCK_DGRAM))
    assert {(one.ending, one.rcode) for one in found.values()} == {(Ending(how=How.REFUSED, errno=errno.ECONNREFUSED), None)}
    assert time.monotonic() - began < 2


Reply = Callable[[bytes], list[bytes]]


@contextmanager
def odd(reply: Reply) -> Iterator[int]:
    """A DNS server over UDP whose answers are what ``reply`` makes of a question."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = int(sock.getsockname()[1])

        def serve() -> None:
            while True:
                question, peer = sock.recvfrom(65536)
                if question == b"stop":
                    return
                for one in reply(question):
                    sock.sendto(one, peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                stop.sendto(b"stop", ("127.0.0.1", port))
            thread.join()


def right(question: bytes) -> bytes:
    message = dns.message.make_response(dns.message.from_wire(question))
    if message.question[0].rdtype == 1:
        message.answer.append(dns.rrset.from_text(message.question[0].name, 60, "IN", "A", "127.0.0.9"))
    return message.to_wire()


def test_silence_times_out() -> None:
    with odd(lambda _question: []) as port:
        found = asked("shop.example", port, seconds=0.4)
    assert {(one.ending, one.rcode) for one in found.values()} == {(Ending(how=How.TIMED_OUT), None)}
    assert all(0.3 < one.took < 3 for one in found.values())


def test_a_lost_question_is_asked_again() -> None:
    seen: list[bytes] = []

    def forgetful(question: bytes) -> list[bytes]:
        seen.append(question)
        return [right(question)] if seen.count(question) > 1 else []

    with odd(forgetful) as port:
        found = asked("shop.example", port)
    assert found["A"].addresses == ("127.0.0.9",) and 0.9 < found["A"].took < 4


@pytest.mark.parametrize("garbage", [b"", b"\0", b"garbage that is no message", b"\xff" * 500])
def test_garbage_is_unusable(garbage: bytes) -> None:
    with odd(lambda question: [garbage, question[:2] + garbage]) as port:
        found = asked("shop.example", port, seconds=0.4)
    assert {(one.ending, one.rcode) for one in found.values()} == {(Ending(how=How.LOCAL, local=Local.UNUSABLE), None)}


def test_somebody_elses_answer_is_passed_over() -> None:
    def forger_first(question: bytes) -> list[bytes]:
        forged = bytearray(right(question))
        forged[0] ^= 0xFF
        return [bytes(forged), right(question)]

    with odd(forger_first) as port:
        assert asked("shop.example", port)["A"].addresses == ("127.0.0.9",)


def test_a_server_without_edns_is_asked_without() -> None:
    def old(question: bytes) -> list[bytes]:
        message = dns.message.from_wire(question)
        if message.edns < 0:
            return [right(question)]
        answer = dns.message.make_response(message)
        answer.use_edns(-1)
        answer.set_rcode(dns.rcode.FORMERR)
        return [answer.to_wire()]

    with odd(old) as port:
        assert asked("shop.example", port)["A"].addresses == ("127.0.0.9",)


def test_an_answer_with_only_the_alias_is_followed() -> None:
    def terse(question: bytes) -> list[bytes]:
        message = dns.message.from_wire(question)
        name = message.question[0].name
        if name.to_text() == "end.example.":
            return [right(question)]
        answer = dns.message.make_response(message)
        answer.answer.append(dns.rrset.from_text(name, 5, "IN", "CNAME", "end.example."))
        return [answer.to_wire()]

    with odd(terse) as port:
        one = asked("start.example", port)["A"]
    assert (one.addresses, one.ttl, one.aliases) == (("127.0.0.9",), 5, (Alias(name="start.example", target="end.example", ttl=5),))


def test_aliases_without_end_are_a_limit() -> None:
    def endless(question: bytes) -> list[bytes]:
        message = dns.message.from_wire(question)
        name = message.question[0].name
        answer = dns.message.make_response(message)
        answer.answer.append(dns.rrset.from_text(name, 5, "IN", "CNAME", "a" + name.to_text()[:40]))
        return [answer.to_wire()]

    with odd(endless) as port:
        one = asked("x.example", port)["A"]
    assert one.ending == Ending(how=How.LOCAL, local=Local.LIMIT) and 1 < len(one.aliases) <= 16


def test_a_cut_answer_without_tcp_is_refused() -> None:
    def cut(question: bytes) -> list[bytes]:
        answer = dns.message.make_response(dns.message.from_wire(question))
        answer.flags |= dns.flags.TC
        return [answer.to_wire()]

    with odd(cut) as port:
        assert asked("shop.example", port)["A"].ending == Ending(how=How.REFUSED, errno=errno.ECONNREFUSED)


# The system's resolver


def test_localhost_is_asked_of_the_system_only() -> None:
    (one,) = asyncio.run(resolve(target("localhost", "127.0.0.1:1"), Clock(), 5.0))
    assert (one.source, one.type, one.server, one.ending) == ("system", "any", None, DONE)
    assert set(one.addresses) <= {"127.0.0.1", "::1"} and one.addresses


@pytest.mark.parametrize("one", [target("127.0.0.1"), target("::1"), target("fe80::1%eth0"), target("shop.example", connect="127.0.0.1")])
def test_nothing_is_asked_where_the_address_is_known(one: Target) -> None:
    assert asyncio.run(resolve(one, Clock(), 5.0)) == ()


@pytest.fixture
def system_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Let the operating system's resolver give this answer, or raise it, so that no question leaves the machine."""

    def patch(answer: object) -> None:
        def getaddrinfo(*_given: object, **_named: object) -> object:
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr("probe.capture.system_names.socket.getaddrinfo", getaddrinfo)

    return patch


def info(family: int, *place: object) -> tuple[object, ...]:
    return (family, socket.SOCK_STREAM, 6, "", place)


def resolv_conf(folder: Path, *servers: str) -> Path:
    path = folder / "resolv.conf"
    path.write_text("# comment\nsearch example\n" + "".join(f"nameserver {one}\n" for one in servers))
    return path


def test_both_are_asked_and_every_answer_is_reported(system_says: Callable[[object], None], names: int, monkeypatch: pytest.MonkeyPatch) -> None:
    system_says([info(socket.AF_INET, "127.0.0.5", 0), info(socket.AF_INET6, "fe80::1", 0, 0, 3), info(socket.AF_INET, "127.0.0.5", 0)])
    monkeypatch.setattr(module, "configured", lambda _path: (("127.0.0.1", names),))
    seen: list[Resolution] = []
    found = asyncio.run(resolve(target(), Clock(), 5.0, seen.append))
    assert [(one.source, one.type) for one in found] == [("system", "any"), ("dns", "A"), ("dns", "AAAA")]
    assert found[0].addresses == ("127.0.0.5", "fe80::1%3")
    assert sorted(seen, key=repr) == sorted(found, key=repr)


def test_silent_dns_is_not_waited_for_when_the_system_knows(system_says: Callable[[object], None], monkeypatch: pytest.MonkeyPatch) -> None:
    system_says([info(socket.AF_INET, "127.0.0.5", 0)])
    monkeypatch.setattr(module, "GRACE", 0.2)
    with odd(lambda _question: []) as port:
        monkeypatch.setattr(module, "configured", lambda _path: (("127.0.0.1", port),))
        began = time.monotonic()
        found = asyncio.run(resolve(target(), Clock(), 5.0))
    assert time.monotonic() - began < 3
    assert [(one.ending, one.server) for one in found[1:]] == [(Ending(how=How.TIMED_OUT), f"127.0.0.1:{port}")] * 2


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), Ending(how=How.DECLINED, code=socket.EAI_NONAME)),
        (socket.gaierror(socket.EAI_AGAIN, "x"), Ending(how=How.DECLINED, code=socket.EAI_AGAIN)),
        (OSError(errno.EMFILE, "x"), Ending(how=How.LOCAL, local=Local.SYSTEM, errno=errno.EMFILE)),
        (UnicodeError("label too long"), Ending(how=How.LOCAL, local=Local.UNUSABLE)),
    ],
)
def test_the_systems_refusals_have_their_numbers(system_says: Callable[[object], None], tmp_path: Path, answer: Exception, ending: Ending) -> None:
    system_says(answer)
    (one,) = asyncio.run(resolve(target(), Clock(), 5.0, configuration=tmp_path / "none"))
    assert (one.source, one.ending, one.addresses) == ("system", ending, ())


def test_a_slow_system_is_given_up_and_never_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    release = threading.Event()
    monkeypatch.setattr("probe.capture.system_names.socket.getaddrinfo", lambda *_given, **_named: release.wait(20) and [])
    began = time.monotonic()
    (one,) = asyncio.run(resolve(target(), Clock(), 0.3, configuration=tmp_path / "none"))
    assert one.ending == Ending(how=How.TIMED_OUT) and time.monotonic() - began < 3
    release.set()


def test_the_second_server_is_asked_when_the_first_fails(names: int, monkeypatch: pytest.MonkeyPatch, system_says: Callable[[object], None]) -> None:
    system_says(socket.gaierror(socket.EAI_AGAIN, "x"))
    closed = free_port(socket.SOCK_DGRAM)
    monkeypatch.setattr(module, "configured", lambda _path: (("127.0.0.1", closed), ("127.0.0.1", names)))
    found = asyncio.run(resolve(target(), Clock(), 5.0))
    assert found[1].server == f"127.0.0.1:{names}" and found[1].rcode == 0
    monkeypatch.setattr(module, "configured", lambda _path: (("127.0.0.1", names), ("127.0.0.1", closed)))
    assert asyncio.run(resolve(target("x.elsewhere.example"), Clock(), 5.0))[1].rcode == 5


def test_the_configured_servers(tmp_path: Path) -> None:
    assert configured(resolv_conf(tmp_path, "192.0.2.1", "nonsense", "fe80::1%eth0", "192.0.2.3", "192.0.2.4")) == (
        ("192.0.2.1", 53),
        ("fe80::1%eth0", 53),
        ("192.0.2.3", 53),
    )
    assert configured(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:54", ("2001:db8::1", 54)),
        ("[2001:db8::1]", ("2001:db8::1", 53)),
    ],
)
def test_a_resolver_by_hand(text: str, place: tuple[str, int]) -> None:
    assert server(text) == place
    assert server(spelled(place)) == place


@pytest.mark.parametrize("text", ["", "dns.example", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:", "[2001:db8::1", "[2001:db8::1]x", "192.0.2.1:٣", ":53"])
def test_what_is_no_resolver(text: str) -> None:
    with pytest.raises(Unusable, match="DNS server"):
        server(text)
