"""A certificate has a key that is too short for some clients."""

from probe.lab.scene import DEPENDS, Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server's own key has 1024 bits."""
    made = hierarchy(leaf=Traits(key="rsa-1024", slot="leaf"))
    return open_shop(stage, made, made.root, expects=DEPENDS)


def mended(stage: Stage) -> Scene:
    """The server's own key has 2048 bits."""
    made = hierarchy(leaf=Traits(key="rsa-2048", slot="leaf"))
    return working_shop(stage, made, made.root)
