"""The application does not link the client with the identifier in the request."""

from collections.abc import Callable

from probe.lab.partner import Partner
from probe.lab.platform import platform
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage

OTHER = "DE-OTH"


def broken(stage: Stage) -> Scene:
    """The request names an identifier that belongs to another certificate; the answer is 401 with the code 017."""
    return platform(stage, Partner(known=("DE-LAB", OTHER)), identifier=OTHER)


def mended(stage: Stage) -> Scene:
    """The request names the identifier of the certificate."""
    return platform(stage, expects=WORKS)


def with_status_200(stage: Stage) -> Scene:
    """The code 017 comes with HTTP 200."""
    return platform(stage, Partner(known=("DE-LAB", OTHER), rejects=True), identifier=OTHER)


def soap(stage: Stage) -> Scene:
    """The code 017 comes in a SOAP envelope."""
    return platform(stage, Partner(known=("DE-LAB", OTHER), soap=True), identifier=OTHER)


variants: dict[str, Callable[[Stage], Scene]] = {"with-status-200": with_status_200, "soap": soap}
