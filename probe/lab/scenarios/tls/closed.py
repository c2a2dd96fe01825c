"""The server closes the connection after the ClientHello, without an alert."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, open_raw
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The server reads the ClientHello and closes."""
    return open_raw(stage, stage.raw(raw_server.close_after_hello))


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)


def reset(stage: Stage) -> Scene:
    """The server reads the ClientHello and resets the connection."""
    return open_raw(stage, stage.raw(raw_server.reset_after_hello))


variants: dict[str, Callable[[Stage], Scene]] = {"reset": reset}
