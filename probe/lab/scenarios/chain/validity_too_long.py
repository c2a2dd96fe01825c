"""A public certificate is valid for longer than public authorities may issue."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.public import PUBLIC_LEAF, public_hierarchy, public_shop
from probe.lab.scene import NOTE, RISK, Scene
from probe.lab.shop import hierarchy, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The certificate is valid for 820 days."""
    return public_shop(stage, public_hierarchy(replace(PUBLIC_LEAF, ends=819)), expects=RISK)


def mended(stage: Stage) -> Scene:
    """It is valid for 41 days."""
    return public_shop(stage, public_hierarchy())


def not_allowed_any_more(stage: Stage) -> Scene:
    """It is valid for 300 days, which was allowed until March 2026 and which no client is known to refuse."""
    return public_shop(stage, public_hierarchy(replace(PUBLIC_LEAF, ends=299)), expects=NOTE)


def private(stage: Stage) -> Scene:
    """The authority is a private one, which may issue for as long as it likes."""
    made = hierarchy(leaf=Traits(ends=1800))
    return working_shop(stage, made, made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"not-allowed-any-more": not_allowed_any_more, "private": private}
