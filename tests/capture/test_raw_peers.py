"""Peers that misbehave: every way of it ends in time, as numbers, with what was seen."""

import asyncio
import errno
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probe.facts.observation import Attempt, Connect, Ending, Handshake, How, Local, Preamble, Question
from probe.lab import raw_server
from probe.lab.listener import Listener, Talk
from probe.lab.pki import Issued
from probe.protocols.ldaps import request as root_dse
from probe.tls.messages import presented
from tests.capture.asking import asked, attempt, step, target

PLAIN = Question(plaintext=True)
HELLO = 22


@contextmanager
def listening(talk: Talk, address: str = "127.0.0.1") -> Iterator[int]:
    listener = Listener(talk, address)
    try:
        yield listener.port
    finally:
        listener.close()


def tried(talk: Talk, question: Question | None = None, seconds: float = 10.0, protocol: str = "https") -> Attempt:
    with listening(talk) as port:
        return attempt(target(port, protocol), question=question, seconds=seconds)


def handshake(talk: Talk, seconds: float = 10.0) -> Handshake:
    one = tried(talk, seconds=seconds)
    assert [type(each) for each in one.steps] == [Connect, Handshake]
    return step(one, Handshake)


def test_silence_ends_with_the_deadline() -> None:
    one = handshake(raw_server.silence, seconds=0.4)
    assert one.ending == Ending(how=How.TIMED_OUT)
    # Half of the time is left for other questions.
    assert 0.15 < one.took < 3 and one.received == 0 and one.hello_size > 1400


def test_one_byte_now_and_then_does_not_defeat_the_deadline() -> None:
    one = handshake(raw_server.drip(0.05), seconds=0.6)
    assert one.ending == Ending(how=How.TIMED_OUT)
    assert one.took < 3 and 0 < one.received < 15


def test_closing_after_the_hello() -> None:
    one = handshake(raw_server.close_after_hello)
    assert one.ending == Ending(how=How.CLOSED)
    assert one.closed_by_peer and not one.alerts


def test_resetting_after_the_hello() -> None:
    assert handshake(raw_server.reset_after_hello).ending == Ending(how=How.RESET, errno=errno.ECONNRESET)


def test_resetting_at_once() -> None:
    one = tried(raw_server.reset_at_once)
    assert one.steps[-1].ending == Ending(how=How.RESET, errno=one.steps[-1].ending.errno)
    assert one.steps[-1].ending.errno in (errno.ECONNRESET, errno.EPIPE)


def test_garbage_is_kept_and_the_engine_gives_up() -> None:
    one = handshake(raw_server.garbage)
    assert (one.ending.how, one.ending.local) == (How.LOCAL, Local.ENGINE)
    assert len(one.first_bytes) == 512 and one.received == 0


def test_an_alert_is_declined_with_its_number() -> None:
    one = handshake(raw_server.alert(112))
    assert one.ending == Ending(how=How.DECLINED, code=112)
    assert [(alert.sent, alert.level, alert.description) for alert in one.alerts] == [(False, 2, 112)]


def test_a_message_without_end_is_given_up_early() -> None:
    one = handshake(raw_server.endless_certificate)
    assert one.ending.how is How.LOCAL and one.ending.local in (Local.ENGINE, Local.LIMIT)
    assert one.received < 3 * 1024 * 1024 and one.took < 5


def test_records_without_end_are_a_limit() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        # Empty handshake records of TLS 1.2 are too many for the engine; application data of TLS 1.3 shape wait for a key that never comes.
        while True:
            connection.sendall(b"\x17\x03\x03\x40\x00" + bytes(0x4000))

    one = handshake(talk)
    assert one.ending.how is How.LOCAL and one.took < 5


def test_two_hundred_certificates_come_byte_for_byte(chain: tuple[Issued, ...]) -> None:
    many = (chain[0].der,) * 100 + (chain[1].der,) * 100
    assert presented(handshake(raw_server.replay(many))) == many


def test_certificates_that_are_none_are_kept() -> None:
    one = handshake(raw_server.replay((b"\x30\x03\x02\x01\x01", b"garbage")))
    assert presented(one) == (b"\x30\x03\x02\x01\x01", b"garbage")
    assert (one.ending.how, one.ending.local) == (How.LOCAL, Local.ENGINE)


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    one = attempt(target(port))
    assert [each.ending for each in one.steps] == [Ending(how=How.REFUSED, errno=errno.ECONNREFUSED)]


def test_a_full_backlog_is_a_timeout(full_port: int) -> None:
    found = attempt(target(full_port), seconds=0.3)
    assert [each.ending for each in found.steps] == [Ending(how=How.TIMED_OUT)]
    assert found.steps[0].took < 3


@pytest.mark.unroutable
def test_no_route_is_unreachable() -> None:
    # There is no TCP to the broadcast address: the operating system says so without sending anything.
    one = attempt(target(443), address="255.255.255.255", seconds=1)
    assert [each.ending for each in one.steps] == [Ending(how=How.UNREACHABLE, errno=errno.ENETUNREACH)]


def test_an_unknown_zone_is_the_systems_word() -> None:
    one = attempt(target(443), address="fe80::1%nowhere0", seconds=1)
    assert one.steps[0].ending == Ending(how=How.LOCAL, local=Local.SYSTEM, errno=one.steps[0].ending.errno)


def test_ipv6_is_as_good() -> None:
    with listening(raw_server.alert(40), "::1") as port:
        one = attempt(target(port), address="::1")
    assert step(one, Connect).local == "::1"
    assert step(one, Handshake).ending == Ending(how=How.DECLINED, code=40)


def test_a_descriptor_famine_is_the_systems_word() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def famine() -> Attempt:
        used = max(int(one.name) for one in Path("/proc/self/fd").iterdir())
        spare = [os.dup(0) for _ in range(used)]
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(*spare, used) + 1, hard))
        try:
            return await asked(target(443))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for one in spare:
                os.close(one)

    assert [each.ending for each in asyncio.run(famine()).steps] == [Ending(how=How.LOCAL, local=Local.SYSTEM, errno=errno.EMFILE)]


def test_plain_http_is_met_by_a_look_without_secrets() -> None:
    look = step(tried(raw_server.plain_http, PLAIN), Preamble)
    assert look.received.startswith(b"HTTP/1.1 200") and look.ending == Ending(how=How.DONE)


def test_a_banner_is_read_before_anything_is_said() -> None:
    look = step(tried(raw_server.says(raw_server.SMTP_BANNER), PLAIN), Preamble)
    assert (look.sent, look.received) == (b"", raw_server.SMTP_BANNER)
    assert look.took < 1.5


def test_a_long_banner_is_cut() -> None:
    assert len(step(tried(raw_server.says(b"x" * 100_000), PLAIN), Preamble).received) == 1024


def test_plain_ldap_is_asked_on_a_connection_of_its_own() -> None:
    one = tried(raw_server.plain_ldap, PLAIN)
    assert [type(each) for each in one.steps] == [Connect, Preamble, Connect, Preamble]
    looks = [each for each in one.steps if isinstance(each, Preamble)]
    assert looks[0].ending == Ending(how=How.CLOSED) and looks[0].received == b""
    assert looks[1].sent == root_dse() and looks[1].received[:1] == b"0"


def test_a_reset_before_a_word_is_said_ends_the_look() -> None:
    one = tried(raw_server.reset_at_once, PLAIN)
    # The reset may even be faster than the look at the new connection.
    assert one.steps[-1].ending == Ending(how=How.RESET, errno=errno.ECONNRESET) and len(one.steps) <= 2
    assert not [each for each in one.steps if isinstance(each, Preamble) and (each.sent or each.received)]


def test_a_look_keeps_to_the_deadline() -> None:
    began = time.monotonic()
    one = tried(raw_server.silence, PLAIN, seconds=0.3)
    assert time.monotonic() - began < 4
    assert [each.ending.how for each in one.steps] == [How.DONE, How.TIMED_OUT]
