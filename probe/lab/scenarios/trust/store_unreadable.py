"""What shall be the trust store cannot be read."""

from collections.abc import Callable

from probe.lab.scene import RISK, UNUSABLE, Scene
from probe.lab.shop import hierarchy, reach, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving

_PAGE = "<!DOCTYPE html><html><body>Please log in to download the certificate.</body></html>"
_DAMAGED = "-----BEGIN CERTIFICATE-----\nMIIB*damaged*\n-----END CERTIFICATE-----\n"


def broken(stage: Stage) -> Scene:
    """The file is an HTML page that was saved under the name of a certificate."""
    port = stage.tls(Serving(credentials=(hierarchy().whole,)))
    return Scene(arguments=reach(port, str(stage.write("root.pem", _PAGE))), expects=UNUSABLE)


def mended(stage: Stage) -> Scene:
    """The file holds the root."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def one_entry(stage: Stage) -> Scene:
    """One entry of the file is damaged, and the root that is needed is another one."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    return Scene(arguments=reach(port, str(stage.write("root.pem", _DAMAGED + made.root.pem))), expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {"one-entry": one_entry}
