"""The ClientHello of the compared clients is small: the real programs get through a box that drops large ones, as the probe says of them."""

import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from socket import socket

import pytest

from probe.causes.words import Verdict
from probe.lab.listener import Talk
from probe.lab.relay import size_limit
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.stacks import load_all
from tests.real.asking import at, check, told
from tests.real.test_clients import ask_java, ask_openssl

LIMIT = 1000
ASKS = ("java", "openssl")


class Box:
    """A box in front of a healthy shop; it drops a ClientHello of more than ``LIMIT`` bytes, and remembers the sizes of first segments."""

    def __init__(self, stage: Stage) -> None:
        made = hierarchy()
        self.sizes: list[int] = []
        self.trust = stage.trust_file(made.root)
        self.port = stage.raw(partial(self._measured, then=size_limit(stage.tls(Serving(credentials=(made.whole,))), reset=True, limit=LIMIT)))

    def _measured(self, connection: socket, then: Talk) -> None:
        head = connection.recv(5, 2)  # MSG_PEEK: the header of the first record (RFC 8446 section 5.1)
        self.sizes.append(int.from_bytes(head[3:5]))
        then(connection)


@pytest.fixture
def box() -> Iterator[Box]:
    with Stage() as stage:
        yield Box(stage)


def java(box: Box, folder: Path) -> str:
    return ask_java(folder, {"shop": (HOST, box.port, box.trust)})["shop"]


def openssl(box: Box, _folder: Path) -> str:
    return ask_openssl(HOST, box.port, box.trust)


@pytest.mark.parametrize("ask", [java, openssl], ids=ASKS)
def test_the_compared_clients_send_a_small_hello(ask: Callable[[Box, Path], str], box: Box, tmp_path: Path) -> None:
    assert ask(box, tmp_path) == ""
    assert box.sizes and all(100 < one < 700 for one in box.sizes), box.sizes


@pytest.mark.parametrize("stack", ASKS)
def test_the_probe_says_what_they_do(stack: str, box: Box) -> None:
    found = check(*at(box.port, "--trust", box.trust, "--as", stack))
    assert found.verdict is Verdict.WORKS and [one.accepts for one in found.stacks] == [True], told(found)
    # The probe's own first ClientHello is that of a client of today.
    assert max(box.sizes) > LIMIT > min(box.sizes)


def test_every_stack_here_is_measured() -> None:
    assert {one.name for one in load_all() if not one.hello.post_quantum} == set(ASKS)
    version = subprocess.run(["openssl", "version"], check=True, capture_output=True, text=True).stdout
    assert version.startswith("OpenSSL 3.0."), version
