"""An authority in the chain may not issue for this name."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The intermediate may issue for partner.example only."""
    made = hierarchy(intermediate=replace(AUTHORITY, permitted=("dns:partner.example",)))
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """The intermediate may issue for shop.example."""
    made = hierarchy(intermediate=replace(AUTHORITY, permitted=("dns:shop.example",)))
    return working_shop(stage, made, made.root)


def excluded(stage: Stage) -> Scene:
    """The intermediate may not issue for shop.example."""
    made = hierarchy(intermediate=replace(AUTHORITY, excluded=("dns:shop.example",)))
    return open_shop(stage, made, made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"excluded": excluded}
