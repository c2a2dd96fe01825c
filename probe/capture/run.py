"""The only place that runs an event loop: work with a deadline, ended by Ctrl-C within a moment, and nothing lost that was recorded."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

SLOW = 1.0
"""Seconds after which a user wants to know what is going on."""


def drive(work: Callable[[], Coroutine[Any, Any, None]], seconds: float, slow: Callable[[], None] = lambda: None) -> str:
    """Run ``work`` to its end and give "", or "timeout" after ``seconds``, or "interrupted" after Ctrl-C. What the work recorded until then stays.

    ``slow`` is called once when the work has taken a second.
    """

    async def main() -> str:
        asyncio.get_running_loop().call_later(SLOW, slow)
        try:
            async with asyncio.timeout(seconds):
                await work()
        except TimeoutError:
            return "timeout"
        except asyncio.CancelledError:
            return "interrupted"
        return ""

    try:
        return asyncio.run(main())
    except KeyboardInterrupt:
        return "interrupted"


async def together(*work: Coroutine[Any, Any, None]) -> None:
    """Run all at the same time; when one is cancelled all are."""
    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(one)
