"""A certificate has a critical extension that no client knows."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server's own certificate has it."""
    made = hierarchy(leaf=Traits(critical_oid="2.25.20261121"))
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """There is no such extension."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def intermediate(stage: Stage) -> Scene:
    """The intermediate has it."""
    made = hierarchy(intermediate=replace(AUTHORITY, critical_oid="2.25.20261121"))
    return open_shop(stage, made, made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"intermediate": intermediate}
