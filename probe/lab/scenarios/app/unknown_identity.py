"""The application does not know the identifier in the request."""

from collections.abc import Callable

from probe.lab.partner import Partner
from probe.lab.platform import platform
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The identifier has another separator than the one that was agreed; the answer is 404 with the code 300."""
    return platform(stage, identifier="DE*LAB")


def mended(stage: Stage) -> Scene:
    """The identifier is the one that was agreed."""
    return platform(stage, expects=WORKS)


def soap(stage: Stage) -> Scene:
    """The code 300 comes in a SOAP envelope."""
    return platform(stage, Partner(soap=True), identifier="DE*LAB")


variants: dict[str, Callable[[Stage], Scene]] = {"soap": soap}
