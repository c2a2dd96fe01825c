"""The only place that runs an event loop: work with a deadline, ended by Ctrl-C within a moment, and nothing lost that was recorded."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

AT_ONCE = 16
"""Connections that are open at the same time: as many as a name has addresses at most."""
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


async def together(*work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run all, ``AT_ONCE`` at the same time, in this order; when one is cancelled all are."""
    places = asyncio.Semaphore(AT_ONCE)

    async def run(one: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async with places:
            await one()

    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(run(one))


def drive_each(works: Sequence[tuple[Callable[[], Coroutine[Any, Any, None]], float]], at_once: int) -> tuple[str, ...]:
    """Run several works, each with its own seconds from when its turn comes, ``at_once`` at the same time, so that none eats the time of another.

    Gives for each how it ended: "", "timeout", "interrupted" (Ctrl-C, also for those that never began), or "defect: KIND" for one that raised.
    """
    endings = ["interrupted"] * len(works)

    async def main() -> None:
        places = asyncio.Semaphore(at_once)

        async def run(number: int, work: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
            async with places:
                try:
                    async with asyncio.timeout(seconds):
                        await work()
                except TimeoutError:
                    endings[number] = "timeout"
                except Exception as error:  # a defect in one look must not cost the user the others
                    endings[number] = f"defect: {_kind(error)}"
                else:
                    endings[number] = ""

        async with asyncio.TaskGroup() as group:
            for number, (work, seconds) in enumerate(works):
                group.create_task(run(number, work, seconds))

    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(main())
    return tuple(endings)


def _kind(error: BaseException) -> str:
    """The name of what went wrong, inside of a group the first one's; never its text, which could quote anything."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
