"""Questions that shape the ClientHello or its packets: what really goes over the wire."""

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest

from probe.capture.clock import Clock
from probe.capture.wire import Wire
from probe.facts.observation import Handshake, How, Question
from probe.lab import raw_server, relay
from probe.lab.listener import Talk
from probe.lab.shop import hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.tls.messages import reading
from tests.capture.asking import asked, attempt, step, target

SMALL = Question(name="small-hello", groups=("secp256r1",), app=False)
PIECES = Question(name="hello-in-pieces", segment=500, app=False)


def shop(stage: Stage) -> int:
    return stage.tls(Serving(credentials=(hierarchy().whole,)))


def test_a_small_hello_offers_one_group_and_tls_1_3() -> None:
    with Stage() as stage:
        seen = step(attempt(target(shop(stage)), question=SMALL), Handshake)
    offered = reading(seen).offered
    assert offered is not None and seen.ending.how is How.DONE
    assert seen.hello_size < 500
    assert (offered.groups, offered.key_shares, 0x0304 in offered.versions) == ((0x0017,), (0x0017,), True)
    assert seen.group == "secp256r1" and seen.version == "TLSv1.3"


def test_groups_that_cannot_be_offered_alone_are_refused() -> None:
    with Stage() as stage, pytest.raises(ValueError, match="secp256r1"):
        asyncio.run(asked(target(shop(stage)), question=Question(groups=("X25519", "P-256"))))


def test_a_hello_in_pieces_is_whole_in_the_end() -> None:
    with Stage() as stage:
        seen = step(attempt(target(shop(stage)), question=PIECES), Handshake)
    assert seen.ending.how is How.DONE and seen.hello_size > 1400


@pytest.mark.parametrize("box", [lambda port: relay.size_limit(port, reset=True), relay.first_segment])
def test_a_box_lets_only_the_small_hello_pass(box: Callable[[int], Talk]) -> None:
    with Stage() as stage:
        port = stage.raw(box(shop(stage)))
        ways = {
            name: step(attempt(target(port), question=one), Handshake).ending.how for name, one in (("large", Question()), ("small", SMALL), ("pieces", PIECES))
        }
    assert ways["small"] is How.DONE
    assert ways["large"] in (How.RESET, How.CLOSED) and ways["pieces"] in (How.RESET, How.CLOSED)


def test_the_segment_size_holds_in_both_directions() -> None:
    sizes: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            connection, _ = server.accept()
            with connection:
                sizes.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))

        thread = threading.Thread(target=accept)
        thread.start()

        async def open_one() -> None:
            clock = Clock()
            wire = await Wire.open("127.0.0.1", server.getsockname()[1], clock, clock.now() + 5, mss=536)
            sizes.append(wire._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))
            wire.close()

        asyncio.run(open_one())
        thread.join(5)
    assert len(sizes) == 2 and max(sizes) <= 536


def test_each_write_is_no_longer_than_the_segment(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    send = socket.socket.send
    monkeypatch.setattr(socket.socket, "send", lambda one, data: written.append(len(data)) or send(one, data))  # type: ignore[func-returns-value]
    with Stage() as stage:
        port = stage.raw(raw_server.close_after_hello)
        attempt(target(port), question=PIECES)
    assert written[:3] == [500, 500, 500] and max(written) == 500 and sum(written) > 1400


def test_a_silent_peer_leaves_half_of_the_time_for_other_questions() -> None:
    with Stage() as stage:
        seen = step(attempt(target(stage.raw(raw_server.silence)), seconds=1.0), Handshake)
    assert seen.ending.how is How.TIMED_OUT and 0.45 < seen.took < 0.8
