"""The words before TLS get no answer."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.manners import Manners
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import hierarchy, plain_shop, reach
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The mail server takes the connection and never greets."""
    made = hierarchy()
    return Scene(arguments=reach(stage.raw(raw_server.silence), stage.trust_file(made.root), "--timeout", "2", scheme="smtp"))


def mended(stage: Stage) -> Scene:
    """The server offers StartTLS, agrees, and begins TLS."""
    return plain_shop(stage, Manners(), expects=WORKS)


def after_starttls(stage: Stage) -> Scene:
    """The server does not answer STARTTLS any more."""
    return plain_shop(stage, Manners(stops=b"STARTTLS"), options=("--timeout", "2"))


variants: dict[str, Callable[[Stage], Scene]] = {"after-starttls": after_starttls}
