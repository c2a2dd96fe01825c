"""The front end lets this source address not through to the application."""

from probe.lab.partner import Partner
from probe.lab.platform import platform
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The answer is a short 403 page of the front end, without the application's header field."""
    return platform(stage, Partner(trouble="address"))


def mended(stage: Stage) -> Scene:
    """The address is listed."""
    return platform(stage, expects=WORKS)
