"""The server closes the connection after the ClientHello, without an alert."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.relay import without_tls13
from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, hierarchy, open_raw, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The server reads the ClientHello and closes."""
    return open_raw(stage, stage.raw(raw_server.close_after_hello))


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)


def reset(stage: Stage) -> Scene:
    """The server reads the ClientHello and resets the connection."""
    return open_raw(stage, stage.raw(raw_server.reset_after_hello))


def without_tls_13(stage: Stage) -> Scene:
    """A box before a healthy server hangs up on every ClientHello that offers TLS 1.3."""
    made = hierarchy()
    port = stage.raw(without_tls13(stage.tls(Serving(credentials=(made.whole,)))))
    return Scene(arguments=reach(port, stage.trust_file(made.root)))


variants: dict[str, Callable[[Stage], Scene]] = {"reset": reset, "without-tls-1.3": without_tls_13}
