"""Where the process begins. It imports next to nothing, so that Ctrl-C is provided for before the rest is loaded."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it; leaves with its exit code, with 130 after Ctrl-C."""
    try:
        from probe.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
