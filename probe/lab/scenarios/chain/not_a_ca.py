"""An issuer in the chain is no certification authority."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The intermediate says that it is no authority (CA:FALSE)."""
    made = hierarchy(intermediate=replace(AUTHORITY, ca=False))
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """The intermediate is an authority."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def no_basic_constraints(stage: Stage) -> Scene:
    """The intermediate does not say whether it is an authority."""
    made = hierarchy(intermediate=replace(AUTHORITY, ca=None))
    return open_shop(stage, made, made.root)


def version_1(stage: Stage) -> Scene:
    """The intermediate is a certificate of version 1."""
    made = hierarchy(intermediate=replace(AUTHORITY, version=1))
    return open_shop(stage, made, made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"no-basic-constraints": no_basic_constraints, "version-1": version_1}
