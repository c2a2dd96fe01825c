"""Production is meant and answers, and the trust store holds the test system's authority."""

from probe.lab.platform import other_hierarchy, platform
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """Only the root of the test system is trusted."""
    return platform(stage, trusted=other_hierarchy().root)


def mended(stage: Stage) -> Scene:
    """The root of production is trusted."""
    return platform(stage, expects=WORKS)
