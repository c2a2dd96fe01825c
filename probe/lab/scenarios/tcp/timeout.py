"""The address does not answer on the port, as if a firewall dropped the packets."""

from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, open_raw
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The queue of the port is full, so the system drops the request."""
    return open_raw(stage, stage.full_backlog(), options=("--timeout", "4"))


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)
