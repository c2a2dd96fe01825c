"""The server takes the connection and never answers the ClientHello."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.relay import narrow_path, without_tls13
from probe.lab.scene import Scene
from probe.lab.shop import HOST, healthy_shop, hierarchy, open_raw, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The server reads everything and is silent."""
    return open_raw(stage, stage.raw(raw_server.silence), options=("--timeout", "4"))


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)


def without_tls_13(stage: Stage) -> Scene:
    """A box before a healthy server swallows every ClientHello that offers TLS 1.3."""
    made = hierarchy()
    port = stage.raw(without_tls13(stage.tls(Serving(credentials=(made.whole,))), swallow=True))
    return Scene(arguments=reach(port, stage.trust_file(made.root), "--timeout", "4"))


def path_mtu(stage: Stage) -> Scene:
    """A link on the way loses every large packet and tells nobody, so that the server's certificates never arrive (path MTU)."""
    many = (HOST, *(f"shop-{number}.example" for number in range(60)))
    made = hierarchy(*many)
    port = stage.raw(narrow_path(stage.tls(Serving(credentials=(made.whole,)))))
    return Scene(arguments=reach(port, stage.trust_file(made.root), "--timeout", "4"))


variants: dict[str, Callable[[Stage], Scene]] = {"without-tls-1.3": without_tls_13, "path-mtu": path_mtu}
