"""The client certificate is valid from a later day on."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage

WHEN = replace(FOR_CLIENTS, starts=3, ends=90)


def broken(stage: Stage) -> Scene:
    """It is presented all the same, and refused by an alert."""
    return _scene(stage, "alert", "--send-anyway")


def mended(stage: Stage) -> Scene:
    """The certificate is valid today."""
    made = partners()
    return client_shop(stage, wanting(made.root), files(stage, made.direct()), expects=WORKS)


def page(stage: Stage) -> Scene:
    """It is presented all the same, and refused by a page that stands for every reason."""
    return _scene(stage, "page", "--send-anyway")


def held_back(stage: Stage) -> Scene:
    """It is not presented, and without one the server refuses."""
    return _scene(stage, "alert")


def _scene(stage: Stage, word: str, *options: str) -> Scene:
    made = partners()
    return client_shop(stage, wanting(made.root, word=word), (*files(stage, made.direct(WHEN)), *options))


variants: dict[str, Callable[[Stage], Scene]] = {"page": page, "held-back": held_back}
