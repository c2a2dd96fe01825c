"""The guard itself: what the other tests may reach."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from tests.loopback import Guard, LeftTheMachine


@pytest.mark.parametrize(
    ("family", "address", "allowed"),
    [
        (socket.AF_INET, ("127.0.0.1", 443), True),
        (socket.AF_INET, ("127.77.3.4", 443), True),
        (socket.AF_INET, ("0.0.0.0", 443), True),
        (socket.AF_INET, ("localhost", 443), True),
        (socket.AF_INET6, ("::1", 443, 0, 0), True),
        (socket.AF_INET6, ("::ffff:127.0.0.1", 443, 0, 0), True),
        (socket.AF_UNIX, "/run/some.sock", True),
        (socket.AF_INET, ("192.0.2.1", 443), False),
        (socket.AF_INET, ("10.0.0.1", 443), False),
        (socket.AF_INET, ("shop.example", 443), False),
        (socket.AF_INET6, ("fe80::1%lo", 443, 0, 0), False),
        (socket.AF_INET6, ("::ffff:192.0.2.1", 443, 0, 0), False),
        (socket.AF_INET, "nonsense", False),
    ],
)
def test_which_addresses_pass(family: int, address: object, allowed: bool) -> None:
    assert Guard().allows(family, address) is allowed


def test_the_broadcast_address_passes_only_when_marked() -> None:
    guard = Guard()
    guard.begin(unroutable=True)
    assert guard.allows(socket.AF_INET, ("255.255.255.255", 443))
    assert not guard.allows(socket.AF_INET, ("240.0.0.1", 443))
    assert not guard.allows(socket.AF_INET, ("10.0.0.1", 443))
    guard.begin(unroutable=False)
    assert not guard.allows(socket.AF_INET, ("255.255.255.255", 443))


def test_every_way_out_is_refused_and_remembered(loopback_guard: Guard) -> None:
    there = ("192.0.2.1", 9)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for attempt in (
            lambda: sock.connect(there),
            lambda: sock.connect_ex(there),
            lambda: sock.sendto(b"x", there),
            lambda: sock.sendto(b"x", 0, there),
            lambda: sock.sendmsg([b"x"], [], 0, there),
        ):
            with pytest.raises(LeftTheMachine):
                attempt()
    assert len(loopback_guard.attempts) == 5
    loopback_guard.attempts.clear()


def test_asyncio_is_guarded_too(loopback_guard: Guard) -> None:
    async def call() -> None:
        with socket.socket(socket.AF_INET) as sock:
            sock.setblocking(False)
            await asyncio.get_running_loop().sock_connect(sock, ("192.0.2.1", 9))

    with pytest.raises(LeftTheMachine):
        asyncio.run(call())
    loopback_guard.attempts.clear()


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        peer, _ = server.accept()
        with peer:
            client.sendmsg([b"words"])
            assert peer.recv(16) == b"words"


def test_each_test_has_an_empty_home_and_a_clean_environment(own_home: Path) -> None:
    assert list(Path.home().iterdir()) == []
    assert Path.home() == own_home
    assert not {"SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "NO_COLOR"} & set(os.environ)
