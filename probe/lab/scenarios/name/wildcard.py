"""The wildcard in the certificate does not cover the name."""

from collections.abc import Callable

from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage

_HOST = "www.pay.shop.example"


def broken(stage: Stage) -> Scene:
    """A wildcard stands for one label only, and the name has two in its place."""
    made = hierarchy("*.shop.example")
    return open_shop(stage, made, made.root, host=_HOST)


def mended(stage: Stage) -> Scene:
    """The wildcard stands for the one label that differs."""
    made = hierarchy("*.pay.shop.example")
    return working_shop(stage, made, made.root, host=_HOST)


def bare_domain(stage: Stage) -> Scene:
    """A wildcard for names below a domain does not cover the domain."""
    made = hierarchy("*.shop.example")
    return open_shop(stage, made, made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"bare-domain": bare_domain}
