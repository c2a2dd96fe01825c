"""A certificate of the chain has expired."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server's own certificate expired yesterday."""
    made = hierarchy(leaf=Traits(starts=-91, ends=-1))
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """All certificates are valid."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def intermediate(stage: Stage) -> Scene:
    """The intermediate expired ten days ago."""
    made = hierarchy(intermediate=replace(AUTHORITY, ends=-10))
    return open_shop(stage, made, made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"intermediate": intermediate}
