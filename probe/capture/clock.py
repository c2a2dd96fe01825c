"""The one clock of a check."""

import time
from datetime import UTC, datetime


class Clock:
    """``taken_at`` is the time of the day (UTC) at which the check began; ``now`` counts seconds from there and never jumps."""

    def __init__(self) -> None:
        self.taken_at = datetime.now(UTC)
        self._zero = time.monotonic()

    def now(self) -> float:
        """Give the seconds since the check began."""
        return time.monotonic() - self._zero
