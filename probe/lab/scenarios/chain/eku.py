"""A certificate of the chain may not be used for a server."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import DEPENDS, Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server's own certificate is for clients only."""
    made = hierarchy(leaf=Traits(extended_key_usage=("client",)))
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """The server's own certificate is for servers and clients."""
    made = hierarchy(leaf=Traits(extended_key_usage=("server", "client")))
    return working_shop(stage, made, made.root)


def intermediate(stage: Stage) -> Scene:
    """The intermediate is for clients only: OpenSSL refuses it, Java does not look."""
    made = hierarchy(intermediate=replace(AUTHORITY, extended_key_usage=("client",)))
    return open_shop(stage, made, made.root, expects=DEPENDS)


variants: dict[str, Callable[[Stage], Scene]] = {"intermediate": intermediate}
