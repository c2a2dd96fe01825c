"""A public certificate comes without timestamps of a transparency log."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.public import PUBLIC_LEAF, public_hierarchy, public_shop
from probe.lab.scene import RISK, Scene
from probe.lab.shop import healthy_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """There are none in the certificate, and none is stapled."""
    return public_shop(stage, public_hierarchy(replace(PUBLIC_LEAF, timestamps=False)), expects=RISK)


def mended(stage: Stage) -> Scene:
    """They are in the certificate."""
    return public_shop(stage, public_hierarchy())


def private(stage: Stage) -> Scene:
    """The authority is a private one, whose certificates are not logged."""
    return healthy_shop(stage)


variants: dict[str, Callable[[Stage], Scene]] = {"private": private}
