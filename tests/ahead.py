"""Work that mostly waits, done several at a time: while one test looks at its result, the results of the next tests are on their way."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

AT_ONCE = 10
"""As many at a time do not hurry each other: each of them waits for sockets most of its time."""
FORESIGHT = 20
"""So many of the next are begun: more than are under way at once, because a slow one must not hold up the quick ones behind it."""
Key = TypeVar("Key")
Result = TypeVar("Result")


class Ahead(Generic[Key, Result]):
    """What ``work`` gives for each of ``keys``, begun in their order, and never more than ``FORESIGHT`` beyond the one that was asked for last.

    Which keys are asked for, in which order and how often makes no difference to the results: whatever has not been begun is begun when it is asked for.
    """

    def __init__(self, work: Callable[[Key], Result], keys: Sequence[Key], pool: ThreadPoolExecutor) -> None:
        self._work = work
        self._keys = tuple(keys)
        self._places = {key: place for place, key in enumerate(self._keys)}
        self._pool = pool
        self._begun: dict[Key, Future[Result]] = {}

    def __call__(self, key: Key) -> Result:
        """The result for one key; raises what its work raised."""
        for one in self._keys[self._places[key] :][:FORESIGHT]:
            if one not in self._begun:
                self._begun[one] = self._pool.submit(self._work, one)
        # It is given once, so that what is large does not stay; who asks again gets it made again.
        return self._begun.pop(key).result()


@contextmanager
def ahead(work: Callable[[Key], Result], keys: Sequence[Key], at_once: int = AT_ONCE) -> Iterator[Ahead[Key, Result]]:
    """Results made ahead as long as this is open; at the end nothing goes on."""
    with ThreadPoolExecutor(at_once, thread_name_prefix="ahead") as pool:
        try:
            yield Ahead(work, keys, pool)
        finally:
            pool.shutdown(cancel_futures=True)
