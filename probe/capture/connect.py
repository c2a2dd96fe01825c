"""One TCP connection as a recorded step."""

from probe.capture.clock import Clock
from probe.capture.endings import DONE, ending
from probe.capture.wire import Wire
from probe.facts.observation import Connect, Ending

SECONDS = 5.0
"""How long a connection may take."""


async def connect(address: str, port: int, clock: Clock, deadline: float, mss: int = 0) -> tuple[Connect, Wire | None]:
    """Connect to an IP literal; the wire is ``None`` unless the step ended as done. ``deadline`` is a point in time on ``clock``.

    ``mss`` is the largest TCP segment in bytes, 0 for the usual one.

    Cancellation goes through; whoever cancels knows when it began.
    """
    started = clock.now()
    try:
        wire = await Wire.open(address, port, clock, min(deadline, started + SECONDS), mss=mss)
    except OSError as error:
        return made(address, port, started, clock, ending(error), says=error.strerror or ""), None
    return made(address, port, started, clock, DONE, wire.local()), wire


def made(address: str, port: int, started: float, clock: Clock, how: Ending, local: str = "", says: str = "") -> Connect:
    """Write the step down as it stands now."""
    return Connect(started=started, took=clock.now() - started, ending=how, says=says, address=address, port=port, local=local)
