"""Callers that mean no good, or nothing at all: none holds up another, none is remembered without end, and nothing of them but what may be kept is."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from OpenSSL import SSL

from probe.capture import listen as module
from probe.capture.listen import Door
from probe.case.called import apart
from probe.causes.words import Verdict
from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.observation import How, Local, Observation
from probe.facts.unusable import Unusable
from probe.jobs.listen import Listener, Wishes
from probe.report.compose import compose
from probe.tls.callers import hello_of

HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(30)
SECRET = "kZ4mQ8vTn2Lp"
Caller = Callable[[int], None]


def listened(*callers: Caller, timeout: float = 3.0, calls: int = 1, wishes: Wishes | None = None) -> Observation:
    """Listen in this thread while each caller calls in one of its own."""
    listener = Listener(0, replace(wishes or Wishes(name="api.partner.example"), timeout=timeout, calls=calls, address="127.0.0.1"))
    threads = [threading.Thread(target=one, args=(listener.target.port,)) for one in callers]
    for one in threads:
        one.start()
    try:
        return listener.wait()
    finally:
        for one in threads:
            one.join(20)


def saying(data: bytes, hold: float = 0.3, reset: bool = False) -> Caller:
    """Send this, stay for a moment, hang up."""

    def call(port: int) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as connection:
            if data:
                connection.sendall(data)
            time.sleep(hold)
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    return call


def secured(request: bytes = b"GET / HTTP/1.1\r\nHost: api.partner.example\r\n\r\n", wait: float = 0.0, rude: bool = False) -> Caller:
    """Call over TLS without looking at the certificate; ``rude`` hangs up without waiting for an answer."""

    def call(port: int) -> None:
        time.sleep(wait)
        with suppress(OSError, SSL.Error), socket.create_connection(("127.0.0.1", port), 5) as plain:
            context = SSL.Context(SSL.TLS_CLIENT_METHOD)
            connection = SSL.Connection(context, plain)
            plain.settimeout(None)
            connection.set_tlsext_host_name(b"api.partner.example")
            connection.set_connect_state()
            connection.do_handshake()
            for start in range(0, len(request), 16384):
                connection.sendall(request[start : start + 16384])
            while not rude and connection.recv(65536):
                pass

    return call


def dribbling(data: bytes, pause: float, count: int) -> Caller:
    def call(port: int) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as connection:
            for byte in data[:count]:
                connection.sendall(bytes([byte]))
                time.sleep(pause)

    return call


def test_garbage_is_no_call_and_is_told_when_nothing_else_came() -> None:
    seen = listened(saying(os.urandom(1) + b"\xff" * 4000), timeout=1.0)
    (found,) = (diagnose(one) for one in apart(seen))
    assert found.verdict is Verdict.UNDECIDED and found.cause and found.cause.code == "tls.not-tls"
    assert seen.calls[0].handshake and len(seen.calls[0].handshake.first_bytes) <= 4


@pytest.mark.parametrize("reset", [False, True])
def test_half_a_client_hello(reset: bool) -> None:
    seen = listened(saying(HELLO, reset=reset), timeout=1.5)
    (found,) = (diagnose(one) for one in apart(seen))
    assert found.verdict is Verdict.UNDECIDED and found.cause and found.cause.code == "tls.timeout"
    assert seen.calls[0].ending.how is (How.RESET if reset else How.CLOSED)
    assert "tls.hello-size" in dict(found.candidates)


def test_a_byte_now_and_then_holds_up_nobody() -> None:
    began = time.monotonic()
    slow = tuple(dribbling(HELLO, 0.2, 8) for _ in range(20))
    seen = listened(*slow, secured(wait=0.4), timeout=10.0)
    assert time.monotonic() - began < 5
    calls = [one for one in seen.calls if one.handshake and hello_of(one.handshake)]
    assert len(calls) == 1 and calls[0].exchange and calls[0].exchange.status == 200


def test_a_dribbling_caller_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PHASE", 0.6)
    seen = listened(dribbling(HELLO, 0.1, 40), timeout=2.5)
    assert seen.calls[0].ending.how is How.TIMED_OUT and seen.calls[0].took < 2.3


def test_silence_is_not_a_call() -> None:
    seen = listened(saying(b""), saying(b""), timeout=1.0)
    assert [one.handshake for one in seen.calls] == [None, None]
    (result,) = compose(tuple(diagnose(one) for one in apart(seen))).results
    assert result.verdict is Verdict.UNDECIDED and result.sentence.startswith("2 connections reached port")
    assert [one.code for one in result.candidates] == ["tls.closed", "tls.hello-size", "app.protocol"]


def test_nobody_calls() -> None:
    seen = listened(timeout=0.3)
    (found,) = (diagnose(one) for one in apart(seen))
    (result,) = compose((found,)).results
    assert found.verdict is Verdict.UNDECIDED and result.sentence.startswith("Nobody called api.partner.example")
    assert any("firewall" in one.why for one in result.candidates) and any("Online Requests" in one.why for one in result.candidates)
    assert {one.why for one in result.not_observed} == {"Nobody called."}


def test_five_hundred_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 100)

    def flood(port: int) -> None:
        held = []
        with suppress(OSError):
            for number in range(500):
                held.append(socket.create_connection(("127.0.0.1", port), 5))
                if number % 2:
                    held[-1].sendall(HELLO)
        time.sleep(3.0)
        for one in held:
            one.close()

    seen = listened(flood, secured(wait=1.6), timeout=15.0)
    assert seen.took < 5
    calls = [one for one in seen.calls if one.exchange]
    assert len(calls) == 1 and len(seen.calls) <= 1 + module.REMEMBERED
    # Those in the kernel's queue when the listener closed were never let in.
    assert seen.passed_over >= 500 - module.REMEMBERED - 2 * module.BACKLOG
    assert len(codec.text(seen)) < 500_000


def test_a_header_of_a_megabyte() -> None:
    seen = listened(secured(b"GET / HTTP/1.1\r\nX: " + b"y" * 1024 * 1024 + b"\r\n\r\n", rude=True), timeout=5.0)
    (call,) = seen.calls
    assert call.exchange and call.exchange.ending.local is Local.LIMIT and call.exchange.received < 200_000
    assert "yyyy" not in codec.text(seen)
    (found,) = (diagnose(one) for one in apart(seen))
    assert [one.code for one in found.findings if one.code.startswith("app.")] == ["app.protocol"]


def test_a_body_without_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST", 0.3)
    seen = listened(secured(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\npart"), timeout=8.0)
    assert seen.calls[0].exchange and seen.calls[0].exchange.status == 200 and seen.took < 5


def test_words_that_are_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PHASE", 2.0)
    bind = b"\x30\x20\x02\x01\x01\x60\x1b\x02\x01\x03\x04\x08cn=admin\x80" + bytes([len(SECRET)]) + SECRET.encode()
    seen = listened(secured(bind), timeout=6.0)
    (found,) = (diagnose(one) for one in apart(seen))
    assert "speaks LDAP" in next(one.summary for one in found.findings if one.code == "app.protocol")
    assert SECRET not in codec.text(seen) and SECRET.encode().hex(" ") not in codec.text(seen)


def test_the_answer_reaches_a_caller_that_still_sends() -> None:
    answers: list[bytes] = []

    def call(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            connection = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), plain)
            plain.settimeout(None)
            connection.set_connect_state()
            connection.do_handshake()
            connection.sendall(b"PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 400000\r\n\r\n")
            connection.sendall(b"z" * 400_000)
            answers.append(connection.recv(65536))

    seen = listened(call, timeout=8.0, wishes=Wishes(name="api.partner.example", status=503))
    assert answers and answers[0].startswith(b"HTTP/1.1 503 ") and seen.calls[0].exchange and seen.calls[0].exchange.status == 503


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = int(other.getsockname()[1])
        with pytest.raises(Unusable, match=f"Port {port} is in use"):
            Door("127.0.0.1", port)


def test_an_address_of_another_machine() -> None:
    with pytest.raises(Unusable, match="is no address of this machine"):
        Door("192.0.2.1", 0)


def test_a_privileged_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_named: object) -> socket.socket:
        raise PermissionError(13, "no")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(Unusable, match="Ports below 1024 belong to the administrator"):
        Door("", 443)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_all_addresses_take_both_families(address: str) -> None:
    listener = Listener(0, Wishes(name="api.partner.example", timeout=5.0))
    port = listener.target.port

    def call() -> None:
        with suppress(OSError), socket.create_connection((address, port), 5) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")

    thread = threading.Thread(target=call)
    thread.start()
    seen = listener.wait()
    thread.join(10)
    assert seen.calls[0].address == address and seen.calls[0].local == address
