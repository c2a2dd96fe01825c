"""Client and server have no TLS version in common."""

from collections.abc import Callable

from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving

_CLIENT = ("--tls-max", "TLSv1.2")


def broken(stage: Stage) -> Scene:
    """The server speaks TLS 1.3 only, the client at most TLS 1.2."""
    made = hierarchy()
    return open_shop(stage, Serving(credentials=(made.whole,), tls_min="TLSv1.3"), made.root, options=_CLIENT)


def mended(stage: Stage) -> Scene:
    """The server speaks TLS 1.2 too."""
    return healthy_shop(stage, options=_CLIENT)


def client_wants_newer(stage: Stage) -> Scene:
    """The server speaks TLS 1.2 only, the client at least TLS 1.3."""
    made = hierarchy()
    return open_shop(stage, Serving(credentials=(made.whole,), tls_max="TLSv1.2"), made.root, options=("--tls-min", "TLSv1.3"))


variants: dict[str, Callable[[Stage], Scene]] = {"client-wants-newer": client_wants_newer}
