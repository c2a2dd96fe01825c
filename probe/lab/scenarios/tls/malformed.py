"""The server sends bytes that break the rules of TLS or of certificates."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, hierarchy, open_raw
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The certificate that the server sends is cut off."""
    made = hierarchy()
    return open_raw(stage, stage.raw(raw_server.replay((made.leaf.der[:-20], made.intermediate.der))))


def mended(stage: Stage) -> Scene:
    """The certificate is whole."""
    return healthy_shop(stage)


def no_certificate(stage: Stage) -> Scene:
    """In place of a certificate the server sends a piece of HTML."""
    return open_raw(stage, stage.raw(raw_server.replay((b"<html>404</html>",))))


def trailing_bytes(stage: Stage) -> Scene:
    """Bytes follow the certificate within its entry."""
    return open_raw(stage, stage.raw(raw_server.replay((hierarchy().leaf.der + b"extra",))))


variants: dict[str, Callable[[Stage], Scene]] = {"no-certificate": no_certificate, "trailing-bytes": trailing_bytes}
