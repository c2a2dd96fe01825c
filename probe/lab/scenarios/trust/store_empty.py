"""The client trusts nobody."""

from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, reach, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The trust store has no certificate at all."""
    port = stage.tls(Serving(credentials=(hierarchy().whole,)))
    return Scene(arguments=reach(port, "none"))


def mended(stage: Stage) -> Scene:
    """The client trusts the root."""
    made = hierarchy()
    return working_shop(stage, made, made.root)
