"""Nothing listens on the port."""

from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, open_raw
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The port is closed."""
    return open_raw(stage, stage.closed_port())


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)
