"""The trust store holds the intermediate, but not the root, and the client insists on a root."""

from collections.abc import Callable

from probe.lab.scene import DEPENDS, Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage

_CLIENT = ("--as", "openssl")


def broken(stage: Stage) -> Scene:
    """OpenSSL is given the intermediate only."""
    made = hierarchy()
    return open_shop(stage, made, made.intermediate, options=_CLIENT)


def mended(stage: Stage) -> Scene:
    """OpenSSL is given the root."""
    made = hierarchy()
    return working_shop(stage, made, made.root, options=_CLIENT)


def all_clients(stage: Stage) -> Scene:
    """Without a choice of client: Java accepts an intermediate as anchor, OpenSSL does not."""
    made = hierarchy()
    return open_shop(stage, made, made.intermediate, expects=DEPENDS)


variants: dict[str, Callable[[Stage], Scene]] = {"all-clients": all_clients}
