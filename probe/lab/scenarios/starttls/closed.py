"""The connection ends before TLS was agreed on."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.manners import Manners
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import hierarchy, plain_shop, reach
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The mail server hangs up on EHLO."""
    return plain_shop(stage, Manners(stops=b"EHLO", hangs_up=True))


def mended(stage: Stage) -> Scene:
    """The server offers StartTLS, agrees, and begins TLS."""
    return plain_shop(stage, Manners(), expects=WORKS)


def at_once(stage: Stage) -> Scene:
    """The connection is closed before a word was said."""
    made = hierarchy()
    return Scene(arguments=reach(stage.raw(raw_server.close_at_once), stage.trust_file(made.root), scheme="smtp"))


def postgres(stage: Stage) -> Scene:
    """PostgreSQL, or what stands before it, hangs up on the SSLRequest."""
    return plain_shop(stage, Manners(protocol="postgres", stops=b"\x00\x00\x00\x08", hangs_up=True), options=("--timeout", "2"))


variants: dict[str, Callable[[Stage], Scene]] = {"at-once": at_once, "postgres": postgres}
