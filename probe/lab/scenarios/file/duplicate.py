"""A certificate is there more than once."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, look, parts
from probe.lab.scene import NOTE, RISK, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The root stands twice in one file."""
    made = parts()
    return look(stage, ("anchors.pem", made.root.pem + made.intermediate.pem + made.root.pem), expects=RISK)


def mended(stage: Stage) -> Scene:
    """Each certificate stands there once."""
    made = parts()
    return look(stage, ("anchors.pem", made.root.pem + made.intermediate.pem), expects=FINE)


def files(stage: Stage) -> Scene:
    """The same root is in two files, which does no harm."""
    made = parts()
    return look(stage, ("root.pem", made.root.pem), ("root.cer", made.root.der), expects=NOTE)


variants: dict[str, Callable[[Stage], Scene]] = {"files": files}
