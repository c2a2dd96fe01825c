"""The certificate is for another name."""

from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The certificate is for partner.example."""
    made = hierarchy("partner.example", "www.partner.example")
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """The certificate is for shop.example."""
    made = hierarchy()
    return working_shop(stage, made, made.root)
