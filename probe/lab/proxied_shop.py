"""The healthy shop behind a proxy."""

from probe.lab import proxy_server
from probe.lab.listener import Talk
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.shop import HOST, hierarchy, reach
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving


def proxied_shop(stage: Stage, proxy: Talk | int, *options: str, scheme: str = "http", expects: Expects = FAILS, port: int | None = None) -> Scene:
    """Open the shop and a proxy that does what ``proxy`` says, or take the one at this port; ``port`` is where the shop should be, if there is none.

    The address is given by hand, so that the question without the proxy stays on this machine too.
    """
    made = hierarchy()
    shop = stage.tls(Serving(credentials=(made.whole,))) if port is None else port
    place = proxy if isinstance(proxy, int) else stage.raw(proxy)
    return Scene(arguments=reach(shop, stage.trust_file(made.root), "--proxy", f"{scheme}://{LOOPBACK}:{place}", *options), expects=expects)


def through(stage: Stage) -> Scene:
    """Open the shop behind a proxy that finds it by its name."""
    made = hierarchy()
    shop = stage.tls(Serving(credentials=(made.whole,)))
    proxy = f"http://{LOOPBACK}:{stage.raw(proxy_server.http_proxy)}"
    return Scene(arguments=(f"https://{HOST}:{shop}", "--trust", stage.trust_file(made.root), "--proxy", proxy), expects=WORKS)
