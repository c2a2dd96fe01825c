"""The clock of this machine is wrong by so much that valid certificates are refused."""

from probe.lab.answers import Answer
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

_DAY = 86400.0


def broken(stage: Stage) -> Scene:
    """By the server's clock it is two days later, and its certificate is valid there and not yet valid here."""
    made = hierarchy(leaf=Traits(starts=1, ends=90))
    return open_shop(stage, Serving(credentials=(made.whole,), answer=Answer(skew=2 * _DAY)), made.root)


def mended(stage: Stage) -> Scene:
    """Both clocks agree, and the certificate is valid."""
    made = hierarchy(leaf=Traits(starts=-1, ends=89))
    return working_shop(stage, made, made.root)
