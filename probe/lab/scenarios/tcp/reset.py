"""The connection is reset as soon as it stands."""

from probe.lab import raw_server
from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, open_raw
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The server resets each connection before it reads anything."""
    return open_raw(stage, stage.raw(raw_server.reset_unasked))


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)
