"""Several works side by side: each has its own time, none eats another's, and one that goes wrong costs only itself."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from probe.capture.run import drive_each

Work = Callable[[], Coroutine[Any, Any, None]]


async def sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def wrong() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(raising())


async def raising() -> None:
    raise LookupError("a secret word")


async def interrupted() -> None:
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(30)


def test_each_ends_in_its_own_way() -> None:
    works: list[tuple[Work, float]] = [(partial(sleep, 0), 5), (partial(sleep, 30), 0.05), (wrong, 5), (raising, 5)]
    assert drive_each(works, 2) == ("", "timeout", "defect: LookupError", "defect: LookupError")
    assert drive_each([], 2) == ()


def test_the_time_of_one_counts_from_when_its_turn_comes() -> None:
    began = time.monotonic()
    assert drive_each([(partial(sleep, 0.2), 0.4)] * 4, 1) == ("", "", "", "")
    assert 0.75 < time.monotonic() - began < 10


def test_no_more_than_so_many_at_once() -> None:
    now, most = 0, 0

    async def count() -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        now -= 1

    assert set(drive_each([(count, 5)] * 20, 3)) == {""} and most == 3


def test_an_interruption_leaves_what_was_done() -> None:
    works: list[tuple[Work, float]] = [(partial(sleep, 0), 5), (interrupted, 5), (partial(sleep, 30), 60), (partial(sleep, 0), 5)]
    assert drive_each(works, 1) == ("", "interrupted", "interrupted", "interrupted")
