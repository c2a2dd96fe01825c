"""The server demands a certificate of a caller that cannot present one."""

from collections.abc import Callable

from probe.lab.client_shop import client_shop, partners, wanting
from probe.lab.scene import NOTE, WORKS, Scene
from probe.lab.stage import Stage

FORBIDDEN = ("--client-auth", "forbidden")


def broken(stage: Stage) -> Scene:
    """It refuses by an alert."""
    return client_shop(stage, wanting(partners().root), FORBIDDEN)


def mended(stage: Stage) -> Scene:
    """It does not ask."""
    return client_shop(stage, wanting(client="none"), FORBIDDEN, expects=WORKS)


def only_asks(stage: Stage) -> Scene:
    """It asks, and goes on without one: no fault, but worth to know."""
    return client_shop(stage, wanting(partners().root, client="requested"), FORBIDDEN, expects=NOTE)


def page(stage: Stage) -> Scene:
    """It refuses by a page."""
    return client_shop(stage, wanting(partners().root, word="page"), FORBIDDEN)


variants: dict[str, Callable[[Stage], Scene]] = {"only-asks": only_asks, "page": page}
