"""Client and server have no application protocol in common (ALPN)."""

from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The server speaks MQTT only and refuses clients that offer something else."""
    made = hierarchy()
    return open_shop(stage, Serving(credentials=(made.whole,), alpn=("mqtt",)), made.root)


def mended(stage: Stage) -> Scene:
    """The server speaks HTTP/1.1."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), alpn=("http/1.1",)), made.root)
