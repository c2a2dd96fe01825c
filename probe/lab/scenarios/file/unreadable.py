"""A certificate file is damaged."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, look, parts
from probe.lab.scene import Expects, Scene
from probe.lab.stage import Stage

_DAMAGED = "-----BEGIN CERTIFICATE-----\nMIIB*damaged*\n-----END CERTIFICATE-----\n"
_NOTHING = Expects(exit=2)


def broken(stage: Stage) -> Scene:
    """One block among good ones is damaged: OpenSSL and Java give up the whole file."""
    made = parts()
    return look(stage, ("anchors.pem", made.root.pem + _DAMAGED + made.intermediate.pem))


def mended(stage: Stage) -> Scene:
    """All blocks are whole."""
    made = parts()
    return look(stage, ("anchors.pem", made.root.pem + made.intermediate.pem), expects=FINE)


def cut_off(stage: Stage) -> Scene:
    """The file ends in the middle of its only certificate: nothing can be read of it."""
    return look(stage, ("server.pem", parts().leaf.pem[:300]), expects=_NOTHING)


def store(stage: Stage) -> Scene:
    """A PKCS #12 file was cut off on its way, and its certificate came whole beside it."""
    made = parts()
    return look(stage, ("client.p12", made.store("secret")[:400]), ("root.pem", made.root.pem))


variants: dict[str, Callable[[Stage], Scene]] = {"cut-off": cut_off, "store": store}
