"""What happens after a good handshake, when the peer answers strangely or not at all."""

import errno
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from probe.facts.observation import Attempt, Connect, Ending, Exchange, Handshake, How, Local, Question
from probe.lab.pki import Issued
from tests.capture.asking import attempt, step, target
from tests.capture.tls_peer import serving
from tests.servers import slapd

Behave = Callable[[ssl.SSLSocket], None]
Try = Callable[..., Attempt]


@pytest.fixture
def tried(tmp_path: Path, chain: tuple[Issued, ...]) -> Try:
    def run(behave: Behave, protocol: str = "https", seconds: float = 10.0) -> Attempt:
        with serving(tmp_path, chain, behave) as port:
            one = attempt(target(port, protocol), seconds=seconds)
        assert [type(each) for each in one.steps] == [Connect, Handshake, Exchange]
        assert step(one, Handshake).ending == Ending(how=How.DONE)
        return one

    return run


def test_silence_ends_with_the_deadline(tried: Try) -> None:
    def silent(tls: ssl.SSLSocket) -> None:
        while tls.recv(65536):
            pass

    words = step(tried(silent, seconds=0.5), Exchange)
    assert (words.ending, words.status, words.received) == (Ending(how=How.TIMED_OUT), None, 0)
    assert words.took < 3


def test_one_byte_now_and_then_does_not_defeat_the_deadline(tried: Try) -> None:
    def drip(tls: ssl.SSLSocket) -> None:
        pause = threading.Event()
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
            tls.sendall(bytes((byte,)))
            pause.wait(0.05)

    words = step(tried(drip, seconds=0.6), Exchange)
    assert words.ending == Ending(how=How.TIMED_OUT) and 0 < words.received < 15 and words.took < 3


def test_a_body_without_end_costs_two_seconds_at_most(tried: Try) -> None:
    def stream(tls: ssl.SSLSocket) -> None:
        tls.recv(65536)
        tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        tls.recv(65536)

    words = step(tried(stream), Exchange)
    assert (words.status, words.ending, words.body) == (200, Ending(how=How.DONE), b"data: 1\n\n")
    assert 1.9 < words.took < 5


def test_a_flood_is_cut(tried: Try) -> None:
    def flood(tls: ssl.SSLSocket) -> None:
        tls.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            tls.sendall(b"X-Flood: " + b"x" * 8000 + b"\r\n")

    words = step(tried(flood), Exchange)
    assert words.ending == Ending(how=How.LOCAL, local=Local.LIMIT) and words.took < 5


@pytest.mark.parametrize("protocol", ["https", "ldaps"])
def test_closing_without_a_word(tried: Try, protocol: str) -> None:
    def close(tls: ssl.SSLSocket) -> None:
        tls.recv(65536)

    words = step(tried(close, protocol), Exchange)
    assert (words.ending, words.status, words.received) == (Ending(how=How.CLOSED), None, 0)


def test_garbage_is_declined_with_its_first_bytes(tried: Try) -> None:
    def garbage(tls: ssl.SSLSocket) -> None:
        tls.sendall(b"\x00\x01garbage")
        tls.recv(65536)

    words = step(tried(garbage), Exchange)
    assert (words.ending, words.status, words.body) == (Ending(how=How.DECLINED), None, b"\x00\x01garbage")


def test_a_reset_is_a_reset(tried: Try) -> None:
    def reset(tls: ssl.SSLSocket) -> None:
        tls.recv(65536)
        tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert step(tried(reset), Exchange).ending == Ending(how=How.RESET, errno=errno.ECONNRESET)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, chain: tuple[Issued, ...]) -> Iterator[int]:
    with slapd(tmp_path_factory.mktemp("slapd"), chain) as port:
        yield port


def test_a_directory_shows_its_root_without_a_bind(directory: int) -> None:
    one = attempt(target(directory, "ldaps"))
    words = step(one, Exchange)
    assert (words.protocol, words.status, words.ending) == ("ldaps", 0, Ending(how=How.DONE))
    assert ("namingContexts", "dc=shop,dc=example") in words.fields and ("supportedLDAPVersion", "3") in words.fields
    assert step(one, Handshake).alpn is None


def test_http_to_a_directory_is_closed(directory: int) -> None:
    words = step(attempt(target(directory)), Exchange)
    assert (words.status, words.ending) == (None, Ending(how=How.CLOSED))


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_strict_directory_hangs_up_without_an_alert(tmp_path: Path, chain: tuple[Issued, ...], root: Issued, version: str) -> None:
    authorities = tmp_path / "root.pem"
    authorities.write_text(root.pem)
    with slapd(tmp_path, chain, f"TLSCACertificateFile {authorities}", "TLSVerifyClient demand") as port:
        one = attempt(target(port, "ldaps"), question=Question(tls_max=version))
    handshake = step(one, Handshake)
    assert not [alert for alert in handshake.alerts if not alert.sent] and handshake.closed_by_peer
    if version == "TLSv1.2":
        assert handshake.ending == Ending(how=How.CLOSED)
    else:
        words = step(one, Exchange)
        assert (handshake.ending, words.ending, words.received) == (Ending(how=How.DONE), Ending(how=How.CLOSED), 0)
