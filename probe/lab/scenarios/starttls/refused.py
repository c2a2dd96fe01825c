"""The server refuses to begin TLS."""

from collections.abc import Callable

from probe.lab.manners import Manners
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import plain_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The mail server offers STARTTLS, and cannot load its key when it is asked for it."""
    return plain_shop(stage, Manners(refuses=True))


def mended(stage: Stage) -> Scene:
    """The server offers StartTLS, agrees, and begins TLS."""
    return plain_shop(stage, Manners(), expects=WORKS)


def pop3(stage: Stage) -> Scene:
    """The POP3 server refuses STLS."""
    return plain_shop(stage, Manners(protocol="pop3", refuses=True))


def greeting(stage: Stage) -> Scene:
    """The mail server turns the caller away at once."""
    return plain_shop(stage, Manners(greets=False))


def host(stage: Stage) -> Scene:
    """MariaDB does not let this host in."""
    return plain_shop(stage, Manners(protocol="mysql", greets=False))


def domain(stage: Stage) -> Scene:
    """The XMPP server does not serve the domain."""
    return plain_shop(stage, Manners(protocol="xmpp", greets=False))


variants: dict[str, Callable[[Stage], Scene]] = {"pop3": pop3, "greeting": greeting, "host": host, "domain": domain}
