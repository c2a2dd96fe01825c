"""ClientHellos made by hand: what they offer, and what is read from the answer, also from a hostile one."""

import random

import pytest

from probe.facts.observation import Ending, Handshake, How, Local, Question
from probe.tls import hello, registry
from probe.tls.engine import State
from probe.tls.hellos import client_hello
from probe.tls.messages import presented, reading
from tests.tls import flights
from tests.tls.peers import counter, leaf


def made(raw: str = hello.OLD_SUITES, sni: str | None = "shop.example") -> hello.HandMade:
    return hello.HandMade(sni=sni, question=Question(name=raw, raw=raw), now=counter())


def recorded(client: hello.HandMade, otherwise: Ending | None = None) -> Handshake:
    return client.record(started=0.0, took=1.0, ending=client.ending(otherwise))


def answer(client: hello.HandMade, *messages: bytes, version: int = 0x0301) -> Handshake:
    client.outgoing()
    client.incoming(flights.record(22, b"".join(messages), version))
    return recorded(client)


def test_the_offer_of_obsolete_suites() -> None:
    data = hello.hello(hello.OLD_SUITES, "shop.example", bytes(range(32)))
    assert data[:3] == b"\x16\x03\x01" and len(data) < 300
    read = client_hello(data[9:])
    assert read is not None
    assert (read.legacy_version, read.versions, read.sni) == (0x0303, (0x0303,), "shop.example")
    assert {0x000A, 0x0005, 0x0003, 0x0014, 0xC012} <= set(read.suites)
    names = [registry.suite_iana_name(one) for one in read.suites]
    assert not [one for one in names if "_anon_" in one or "AES" in one]
    assert registry.suite_name(read.suites[0]) == "DES-CBC3-SHA"


def test_the_offer_of_ssl_3() -> None:
    data = hello.hello(hello.SSL3, "shop.example", bytes(32))
    assert data[:3] == b"\x16\x03\x00"
    read = client_hello(data[9:])
    assert read is not None
    assert (read.versions, read.extensions, read.sni) == ((0x0300,), (), None)
    assert {0x002F, 0x0035, 0x0004} <= set(read.suites) and max(read.suites) == 0x00FF


def test_two_offers_are_never_the_same() -> None:
    assert made().outgoing() != made().outgoing()


def test_an_ip_address_is_not_sent_as_a_name() -> None:
    read = client_hello(made(sni="192.0.2.1").outgoing()[9:])
    assert read is not None and read.sni is None


def test_a_kind_that_does_not_exist() -> None:
    with pytest.raises(KeyError):
        made("quantum")


def test_a_whole_answer_is_read_and_ends_it() -> None:
    client = made()
    first = client.outgoing()
    assert client.outgoing() == b""
    prime = flights.vector(b"\xff" * 64, 2) + flights.vector(b"\x02", 2) + flights.vector(b"\x07" * 64, 2)
    hello_message = flights.server_hello(first, suite=0x0014, version=0x0301)
    flight = hello_message + flights.chain_1_2(leaf().der) + flights.message(12, prime + flights.vector(bytes(128), 2))
    client.incoming(flights.record(22, flight, 0x0301))
    assert client.state.value == "handshaking"
    client.incoming(flights.record(22, flights.message(14, b""), 0x0301))
    assert client.state is State.FAILED
    seen = recorded(client, Ending(how=How.TIMED_OUT))
    facts = reading(seen)
    assert seen.ending == Ending(how=How.LOCAL, local=Local.SKIPPED)
    assert (facts.version, facts.cipher, facts.dh_bits) == ("TLSv1", "EXP-DHE-RSA-DES-CBC-SHA", 512)
    assert presented(seen) == (leaf().der,)
    assert seen.hello_size == len(first) - 5


def test_a_refusal() -> None:
    client = made()
    client.outgoing()
    client.incoming(flights.alert(40))
    seen = recorded(client)
    assert seen.ending == Ending(how=How.DECLINED, code=40) and client.state is State.FAILED
    assert [(one.sent, one.description) for one in seen.alerts] == [(False, 40)]


def test_plain_text() -> None:
    client = made()
    client.outgoing()
    client.incoming(b"HTTP/1.0 400 Bad Request\r\n\r\n")
    seen = recorded(client)
    assert client.state is State.FAILED and seen.first_bytes.startswith(b"HTTP/1.0") and seen.version is None
    assert seen.ending == Ending(how=How.LOCAL, local=Local.UNUSABLE)


def test_the_end_of_the_stream() -> None:
    client = made()
    client.outgoing()
    client.end_of_stream()
    client.incoming(flights.alert(40))
    assert recorded(client).ending == Ending(how=How.CLOSED)
    assert recorded(client, Ending(how=How.RESET, errno=104)).ending == Ending(how=How.RESET, errno=104)
    assert recorded(client).closed_by_peer and not recorded(client).alerts


def test_mutated_answers_never_raise() -> None:
    chance = random.Random(11)
    whole = flights.server_hello(made().outgoing(), suite=0x000A) + flights.chain_1_2(leaf().der) + flights.message(14, b"")
    flight = flights.record(22, whole)
    for _ in range(600):
        data = bytearray(flight)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        client = made(chance.choice((hello.OLD_SUITES, hello.SSL3)))
        client.outgoing()
        cut = chance.randrange(len(data))
        client.incoming(bytes(data[:cut]))
        client.incoming(bytes(data[cut:]))
        client.end_of_stream()
        seen = recorded(client)
        reading(seen)
        assert seen.ending.how in (How.LOCAL, How.CLOSED, How.DECLINED)
