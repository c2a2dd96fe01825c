"""Where the process begins. It imports next to nothing, so that Ctrl-C is provided for before the rest is loaded."""

import gc
import sys

INTERRUPTED = 130
MANY = 250_000
"""New objects after which it is worth looking for garbage. A check makes 70 000, most of them with its modules: there is none among those."""


def main() -> None:
    """Load the command line and run it; leaves with its exit code, with 130 after Ctrl-C."""
    gc.set_threshold(MANY)
    try:
        from probe.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
