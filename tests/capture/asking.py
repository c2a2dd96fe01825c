"""Short ways to ask one question of a test server."""

import asyncio
from typing import TypeVar

from probe.capture.ask import ask
from probe.capture.clock import Clock
from probe.facts.observation import Attempt, Connect, Exchange, Handshake, Preamble, Question
from probe.facts.target import Target

Step = TypeVar("Step", Connect, Exchange, Handshake, Preamble)


def target(port: int, protocol: str = "https", *, host: str = "shop.example", sni: str | None = "shop.example", app: bool = True, path: str = "/") -> Target:
    return Target(spelled=host, protocol=protocol, host=host, port=port, name=host, sni=sni, app=app, path=path)


async def asked(one: Target, address: str = "127.0.0.1", question: Question | None = None, seconds: float = 10.0) -> Attempt:
    """Ask, and give the one attempt that was recorded."""
    clock = Clock()
    records: list[Attempt] = []
    await ask(one, address, one.connect_port or one.port, question or Question(), clock, clock.now() + seconds, records.append)
    assert len(records) == 1
    return records[0]


def attempt(one: Target, address: str = "127.0.0.1", question: Question | None = None, seconds: float = 10.0) -> Attempt:
    return asyncio.run(asked(one, address, question, seconds))


def step(one: Attempt, kind: type[Step]) -> Step:
    """Give the only step of this kind."""
    found = [each for each in one.steps if isinstance(each, kind)]
    assert len(found) == 1, one.steps
    return found[0]
