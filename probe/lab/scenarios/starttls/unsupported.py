"""The server does not offer to begin TLS."""

from collections.abc import Callable

from probe.lab.manners import Manners
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import plain_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """Among the capabilities of the mail server STARTTLS is missing."""
    return plain_shop(stage, Manners(offers=False))


def mended(stage: Stage) -> Scene:
    """The server offers StartTLS, agrees, and begins TLS."""
    return plain_shop(stage, Manners(), expects=WORKS)


def imap(stage: Stage) -> Scene:
    """The IMAP server does not list STARTTLS."""
    return plain_shop(stage, Manners(protocol="imap", offers=False))


def postgres(stage: Stage) -> Scene:
    """PostgreSQL answers the SSLRequest with N."""
    return plain_shop(stage, Manners(protocol="postgres", offers=False))


def mysql(stage: Stage) -> Scene:
    """The first packet of MySQL lacks the bit CLIENT_SSL."""
    return plain_shop(stage, Manners(protocol="mysql", offers=False))


def overwritten(stage: Stage) -> Scene:
    """A firewall has overwritten the word STARTTLS."""
    return plain_shop(stage, Manners(offers=False, listing=b"X" * 7 + b"A"))


variants: dict[str, Callable[[Stage], Scene]] = {"imap": imap, "postgres": postgres, "mysql": mysql, "overwritten": overwritten}
