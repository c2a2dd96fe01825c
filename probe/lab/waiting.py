"""Waiting until somebody ends the program, in a way that lets servers and files be cleaned up."""

import signal
import threading
from collections.abc import Callable

ENDS = tuple(one for one in (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")) if one is not None)
"""What ends the wait: Ctrl-C, a polite kill, a closed terminal; by their default the last two would leave files behind."""


def wait(ready: Callable[[], object] = lambda: None) -> None:
    """Call ``ready``, then wait for one of ``ENDS``. To be called in the main thread; what signals did before is restored."""
    told = threading.Event()
    before = {one: signal.signal(one, lambda _number, _frame: told.set()) for one in ENDS}
    try:
        ready()
        # The system may hand the signal to a server's thread; the main one, which runs the handler, then has to look for itself.
        while not told.wait(0.2):
            pass
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
