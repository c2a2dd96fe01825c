"""A certificate expires within days."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import RISK, Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server's own certificate ends in three days."""
    made = hierarchy(leaf=Traits(starts=-87, ends=3))
    return open_shop(stage, made, made.root, expects=RISK)


def mended(stage: Stage) -> Scene:
    """The certificate was renewed."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def intermediate(stage: Stage) -> Scene:
    """The intermediate ends in three days."""
    made = hierarchy(intermediate=replace(AUTHORITY, ends=3))
    return open_shop(stage, made, made.root, expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {"intermediate": intermediate}
