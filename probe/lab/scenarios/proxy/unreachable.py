"""Nothing listens where the proxy should be."""

from probe.lab.proxied_shop import proxied_shop, through
from probe.lab.scene import Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The port of the proxy is closed."""
    return proxied_shop(stage, stage.closed_port())


def mended(stage: Stage) -> Scene:
    """The proxy is there."""
    return through(stage)


def socks(stage: Stage) -> Scene:
    """The port of the SOCKS proxy is closed."""
    return proxied_shop(stage, stage.closed_port(), scheme="socks5h")


variants = {"socks": socks}
