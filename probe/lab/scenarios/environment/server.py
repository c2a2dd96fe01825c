"""Production is meant, and the test system answers."""

from collections.abc import Callable

from probe.lab.platform import TEST_HOST, other_hierarchy, platform
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import hierarchy
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The name of production leads to the test system, whose authority is another one."""
    return platform(stage, served=other_hierarchy(), trusted=hierarchy().root)


def mended(stage: Stage) -> Scene:
    """The name leads to production."""
    return platform(stage, expects=WORKS)


def host_of_test(stage: Stage) -> Scene:
    """The host of the test system is named, and production is meant."""
    return platform(stage, served=other_hierarchy(), host=TEST_HOST)


variants: dict[str, Callable[[Stage], Scene]] = {"host-of-test": host_of_test}
