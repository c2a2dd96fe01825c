"""A certificate of the chain is not valid yet."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server's own certificate is valid from the day after tomorrow."""
    made = hierarchy(leaf=Traits(starts=2, ends=92))
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """All certificates are valid."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def intermediate(stage: Stage) -> Scene:
    """The intermediate is valid from next week."""
    made = hierarchy(intermediate=replace(AUTHORITY, starts=7))
    return open_shop(stage, made, made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"intermediate": intermediate}
