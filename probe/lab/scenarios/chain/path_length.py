"""There are more intermediates than an authority in the chain allows."""

from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.shop import HOST, credentials, hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The intermediate allows no authority below itself, but there is one."""
    return _scene(stage, replace(AUTHORITY, path_length=0), FAILS)


def mended(stage: Stage) -> Scene:
    """The intermediate allows one authority below itself."""
    return _scene(stage, replace(AUTHORITY, path_length=1), WORKS)


def _scene(stage: Stage, traits: Traits, expects: Expects) -> Scene:
    made = hierarchy(intermediate=traits)
    lower = made.intermediate.intermediate("Lab Shop CA")
    return open_shop(stage, credentials(lower.issue(HOST), lower, made.intermediate), made.root, expects=expects)
