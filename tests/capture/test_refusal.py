"""A server that refuses a missing client certificate says so in TLS 1.3 only after our handshake is done: that alert is never lost."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from probe.facts.observation import Attempt, Exchange, Handshake, How
from probe.lab.pki import Issued
from tests.capture.asking import asked, attempt, step, target
from tests.capture.relay import relay
from tests.servers import openssl_server

CERTIFICATE_REQUIRED = 116
SERVERS = 20


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, chain: tuple[Issued, ...]) -> Iterator[list[int]]:
    """Several servers, because each serves one connection at a time."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(openssl_server(tmp_path_factory.mktemp("strict"), chain, "-Verify", "3", "-verify_return_error", "-tls1_3", "-www"))
            for _ in range(SERVERS)
        ]


async def through_relays(ports: list[int], delays: list[float], free: int, app: bool) -> list[Attempt]:
    async def in_turn(port: int, mine: list[float]) -> list[Attempt]:
        found = []
        for delay in mine:
            async with relay(port, delay, free) as way:
                found.append(await asked(target(way, app=app)))
        return found

    shares = await asyncio.gather(*(in_turn(port, delays[place :: len(ports)]) for place, port in enumerate(ports)))
    return [one for share in shares for one in share]


def refused(one: Attempt) -> bool:
    handshake = step(one, Handshake)
    code = [alert.description for alert in handshake.alerts if not alert.sent]
    return code == [CERTIFICATE_REQUIRED] and handshake.ending.how is How.DECLINED and handshake.ending.code == CERTIFICATE_REQUIRED


@pytest.mark.parametrize(
    ("free", "app"),
    [
        pytest.param(0, True, id="a slow line"),
        pytest.param(1, True, id="a line that gets slow only after the server's flight"),
    ],
)
def test_the_alert_is_seen_100_times_of_100(strict: list[int], free: int, app: bool) -> None:
    delays = [place * 0.5 / 99 for place in range(100)]
    random.Random(116).shuffle(delays)
    found = asyncio.run(through_relays(strict, delays, free, app))
    assert sum(refused(one) for one in found) == len(found) == 100
    # Where only the refusal was late, the request was already on its way.
    written = [one for one in found if any(isinstance(each, Exchange) for each in one.steps)]
    # On a busy machine the pause before the first write may end before a flight that is under way.
    assert written if free else len(written) <= 20
    assert {step(one, Exchange).ending.how for one in written} <= {How.CLOSED, How.RESET}
    assert all(step(one, Exchange).status is None for one in written)


def test_a_slow_line_is_listened_to_for_longer_even_without_words(strict: list[int]) -> None:
    found = asyncio.run(through_relays(strict, [0.5] * SERVERS, 0, False))
    assert all(refused(one) for one in found)
    assert all(step(one, Handshake).listened > 0.3 for one in found)


def test_without_delay_nothing_is_written_before_the_refusal(strict: list[int]) -> None:
    one = attempt(target(strict[0]))
    assert refused(one)
    assert not [each for each in one.steps if isinstance(each, Exchange)]
    assert step(one, Handshake).listened < 0.3
