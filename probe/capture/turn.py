"""One login at a time: of several checks that tell the same name and password, each waits for what became of the one before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turn:
    """Shared by checks that are made side by side. ``refused`` is set once the name or the password was refused: nobody tells them again.

    Directories lock an account after a few wrong passwords, so that one mistyped password told to every domain controller would do harm.
    """

    __slots__ = ("_lock", "refused")

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self.refused = False

    @asynccontextmanager
    async def taken(self, seconds: float) -> AsyncIterator[bool]:
        """Wait for the turn, no longer than ``seconds``; whether it came and nobody was refused before."""
        try:
            await asyncio.wait_for(self._lock.acquire(), max(0.0, seconds))
        except TimeoutError:
            yield False
            return
        try:
            yield not self.refused
        finally:
            self._lock.release()
