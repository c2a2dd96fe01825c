"""Peers that misbehave, byte by byte."""

import errno
import socket
import time
from collections.abc import Iterator

import pytest

from probe.lab import raw_server, wire
from probe.lab.backlog import UNREACHABLE, ClosedPort, FullBacklog
from probe.lab.listener import Talk
from probe.lab.stage import Stage

HELLO = wire.record(wire.HANDSHAKE, wire.message(1, b"\x03\x03" + bytes(64)))


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as open_stage:
        yield open_stage


def received(stage: Stage, talk: Talk, sent: bytes = HELLO, limit: int = 1 << 20) -> bytes:
    """All that comes after ``sent``, up to ``limit`` bytes."""
    with socket.create_connection(("127.0.0.1", stage.raw(talk)), timeout=5) as plain:
        if sent:
            plain.sendall(sent)
        data = b""
        while len(data) < limit and (more := plain.recv(65536)):
            data += more
        return data


def test_silence_answers_nothing_and_stays(stage: Stage) -> None:
    with socket.create_connection(("127.0.0.1", stage.raw(raw_server.silence)), timeout=0.2) as plain:
        plain.sendall(HELLO)
        with pytest.raises(TimeoutError):
            plain.recv(1)


def test_close_at_once_needs_no_hello(stage: Stage) -> None:
    assert received(stage, raw_server.close_at_once, sent=b"") == b""


def test_reset_at_once_needs_no_hello(stage: Stage) -> None:
    with pytest.raises(ConnectionResetError):
        received(stage, raw_server.reset_at_once, sent=b"")


def test_an_unasked_reset_comes_on_a_connection_that_stands(stage: Stage) -> None:
    with socket.create_connection(("127.0.0.1", stage.raw(raw_server.reset_unasked)), timeout=5) as plain:
        plain.sendall(HELLO)
        with pytest.raises(ConnectionResetError):
            plain.recv(1)


def test_close_after_hello(stage: Stage) -> None:
    assert received(stage, raw_server.close_after_hello) == b""


def test_reset_after_hello_waits_for_it(stage: Stage) -> None:
    with socket.create_connection(("127.0.0.1", stage.raw(raw_server.reset_after_hello)), timeout=0.2) as plain:
        with pytest.raises(TimeoutError):
            plain.recv(1)
        plain.settimeout(5)
        plain.sendall(HELLO)
        with pytest.raises(ConnectionResetError):
            plain.recv(1)


def test_garbage_is_no_tls_record(stage: Stage) -> None:
    data = received(stage, raw_server.garbage)
    assert len(data) == 512
    assert data[0] not in (20, 21, 22, 23)


@pytest.mark.parametrize(
    ("talk", "sent", "beginning"),
    [
        (raw_server.plain_http, HELLO, b"HTTP/1.1 400 "),
        (raw_server.plain_http, b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 "),
        (raw_server.plain_ldap, bytes.fromhex("300c020105632704000a01000a0100"), b"\x30"),
        (raw_server.plain_ldap, HELLO, b""),
        (raw_server.plain_ldap, b"\x30", b""),
        (raw_server.alert(40), HELLO, b"\x15\x03\x03\x00\x02\x02\x28"),
        (raw_server.alert(0, level=1), HELLO, b"\x15\x03\x03\x00\x02\x01\x00"),
    ],
)
def test_the_first_bytes_of_an_answer(talk: Talk, sent: bytes, beginning: bytes, stage: Stage) -> None:
    data = received(stage, talk, sent)
    assert data.startswith(beginning)
    assert bool(data) is bool(beginning)


@pytest.mark.parametrize("words", [raw_server.SMTP_BANNER, raw_server.SSH_BANNER])
def test_banners_come_without_a_question(words: bytes, stage: Stage) -> None:
    assert received(stage, raw_server.says(words), sent=b"", limit=len(words)) == words


def test_a_replayed_flight_has_the_bytes_as_they_are(stage: Stage) -> None:
    chain = (b"<html>", b"", b"\x30\x80junk")
    data = received(stage, raw_server.replay(chain))
    assert data[:3] == b"\x16\x03\x03"
    assert b"\x00\x00\x06<html>\x00\x00\x00\x00\x00\x06\x30\x80junk" in data


def test_two_hundred_certificates_are_replayed(stage: Stage) -> None:
    data = received(stage, raw_server.replay((b"\x30" * 500,) * 200))
    assert data.count(b"\x16\x03\x03") == 7, "records of at most 16,384 bytes"
    assert len(data) > 100_000


def test_the_endless_message_goes_on_until_the_client_leaves(stage: Stage) -> None:
    assert len(received(stage, raw_server.endless_certificate, limit=20 << 20)) >= 20 << 20


def test_bytes_drip(stage: Stage) -> None:
    started = time.monotonic()
    assert len(received(stage, raw_server.drip(0.02), limit=10)) >= 10
    assert time.monotonic() - started >= 9 * 0.02


def test_a_closed_port_refuses() -> None:
    port = ClosedPort()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port.port))
    port.close()


def test_a_full_backlog_takes_nobody() -> None:
    full = FullBacklog()
    with pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", full.port), timeout=0.3)
    full.close()


def test_the_unreachable_address_is_on_loopback_and_refused_by_the_system() -> None:
    with pytest.raises(OSError) as refused:
        socket.create_connection((UNREACHABLE, 443), timeout=1)
    assert refused.value.errno == errno.ENETUNREACH
