"""The client trusts nobody."""

from collections.abc import Callable

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from probe.lab.scene import DEPENDS, Scene
from probe.lab.shop import hierarchy, reach, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The trust store has no certificate at all."""
    port = stage.tls(Serving(credentials=(hierarchy().whole,)))
    return Scene(arguments=reach(port, "none"))


def mended(stage: Stage) -> Scene:
    """The client trusts the root."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def unmarked(stage: Stage) -> Scene:
    """The root is in a PKCS12 file as openssl pkcs12 -export -nokeys writes it: for Java there is nothing in it."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    store = serialize_key_and_certificates(None, None, None, [made.root.x509], BestAvailableEncryption(b"changeit"))
    return Scene(arguments=reach(port, str(stage.write("store.p12", store))), expects=DEPENDS)


variants: dict[str, Callable[[Stage], Scene]] = {"unmarked": unmarked}
