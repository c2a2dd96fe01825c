"""A certificate in the files is not valid yet."""

from probe.lab.file_shop import FINE, look, parts
from probe.lab.scene import Scene
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server's own certificate is for next month."""
    made = parts(leaf=Traits(starts=30, ends=120))
    return look(stage, ("fullchain.pem", made.chain + made.root.pem))


def mended(stage: Stage) -> Scene:
    """It is valid already."""
    made = parts()
    return look(stage, ("fullchain.pem", made.chain + made.root.pem), expects=FINE)
