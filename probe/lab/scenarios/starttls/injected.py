"""Plain text follows the go-ahead for TLS."""

from collections.abc import Callable

from probe.lab.manners import Manners
from probe.lab.scene import RISK, WORKS, Scene
from probe.lab.shop import plain_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """After its go-ahead the mail server, or somebody before it, says more in plain text."""
    return plain_shop(stage, Manners(adds=b"250 2.0.0 Everything you said is fine\r\n"), expects=RISK)


def mended(stage: Stage) -> Scene:
    """The server offers StartTLS, agrees, and begins TLS."""
    return plain_shop(stage, Manners(), expects=WORKS)


def imap(stage: Stage) -> Scene:
    """The same in IMAP."""
    return plain_shop(stage, Manners(protocol="imap", adds=b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"), expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {"imap": imap}
