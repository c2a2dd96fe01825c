"""From where the check looks."""

import os
import socket

from probe.capture.wire import whereabouts
from probe.facts.observation import Vantage

DROPPED = "PROBE_DROPPED_OPENSSL_CONF"
"""Set by the command line when it took OPENSSL_CONF out of the environment."""


def vantage(toward: str | None = None) -> Vantage:
    """Give this machine's name and the address that it would use toward an IP literal; no packet is sent."""
    return Vantage(host=socket.gethostname(), address=_address(toward) if toward else None, note=_notes())


def _address(toward: str) -> str | None:
    try:
        family, place = whereabouts(toward, 9)
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect(place)
            return str(sock.getsockname()[0])
    except OSError:
        return None


def _notes() -> tuple[str, ...]:
    return ("OPENSSL_CONF is set in the environment; the check left it out.",) if os.environ.get(DROPPED) else ()
