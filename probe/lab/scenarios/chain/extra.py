"""The server sends certificates that belong to no path."""

from collections.abc import Callable

from probe.lab.pki import authority
from probe.lab.scene import NOTE, Scene
from probe.lab.shop import credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """An intermediate of another authority follows the chain."""
    made = hierarchy()
    stranger = authority("Forgotten Root CA").intermediate("Forgotten Issuing CA")
    return open_shop(stage, credentials(made.leaf, made.intermediate, stranger), made.root, expects=NOTE)


def mended(stage: Stage) -> Scene:
    """The server sends what is needed and nothing else."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def twice(stage: Stage) -> Scene:
    """The server sends the intermediate twice."""
    made = hierarchy()
    return open_shop(stage, credentials(made.leaf, made.intermediate, made.intermediate), made.root, expects=NOTE)


variants: dict[str, Callable[[Stage], Scene]] = {"twice": twice}
