"""The signature of a certificate is wrong."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server's own certificate was altered after it had been signed."""
    made = hierarchy(leaf=Traits(damage="content"))
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """The certificate is as it was signed."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def damaged(stage: Stage) -> Scene:
    """A bit of the signature is flipped."""
    made = hierarchy(leaf=Traits(damage="signature"))
    return open_shop(stage, made, made.root)


def intermediate(stage: Stage) -> Scene:
    """The intermediate was altered after it had been signed."""
    made = hierarchy(intermediate=replace(AUTHORITY, damage="content"))
    return open_shop(stage, made, made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"damaged": damaged, "intermediate": intermediate}
