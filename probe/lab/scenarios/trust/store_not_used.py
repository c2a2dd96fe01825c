"""The trust store in use lacks a root that others have."""

from probe.lab.pki import authority
from probe.lab.public import public_hierarchy, public_shop
from probe.lab.scene import FAILS, Scene
from probe.lab.stage import Stage

_OWN = "Corp Root CA"


def broken(stage: Stage) -> Scene:
    """The program trusts a private root only; the server's is a public one."""
    return public_shop(stage, public_hierarchy(), authority(_OWN), expects=FAILS)


def mended(stage: Stage) -> Scene:
    """The program trusts both."""
    made = public_hierarchy()
    return public_shop(stage, made, authority(_OWN), made.root)
