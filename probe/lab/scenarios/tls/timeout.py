"""The server takes the connection and never answers the ClientHello."""

from probe.lab import raw_server
from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, open_raw
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The server reads everything and is silent."""
    return open_raw(stage, stage.raw(raw_server.silence), options=("--timeout", "4"))


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)
