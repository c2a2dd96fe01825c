"""The server answers only clients that name the host (SNI)."""

from collections.abc import Callable

from probe.lab.scene import Scene
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The client sends no name, and the server refuses it by the alert unrecognized_name."""
    made = hierarchy()
    return open_shop(stage, _serving(made, "refuse"), made.root, options=("--sni", "none"))


def mended(stage: Stage) -> Scene:
    """The client sends the name."""
    made = hierarchy()
    return working_shop(stage, _serving(made, "refuse"), made.root)


def other_certificate(stage: Stage) -> Scene:
    """The client sends no name, and the server shows it the certificate of another site."""
    made = hierarchy()
    return open_shop(stage, _serving(made, "default"), made.root, options=("--sni", "none"))


def _serving(made: Hierarchy, unknown_name: str) -> Serving:
    other = credentials(made.intermediate.issue("hosting.example"), made.intermediate)
    return Serving(credentials=(other,), by_name=((HOST, made.whole),), unknown_name=unknown_name)


variants: dict[str, Callable[[Stage], Scene]] = {"other-certificate": other_certificate}
