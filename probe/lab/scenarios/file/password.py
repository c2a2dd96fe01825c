"""A file is locked with a password that is not known."""

from collections.abc import Callable

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from probe.lab.file_shop import FINE, look, parts
from probe.lab.scene import UNDECIDED, Expects, Scene
from probe.lab.stage import Stage

_NOTHING = Expects(exit=2)


def broken(stage: Stage) -> Scene:
    """The PKCS #12 file needs a password."""
    return look(stage, ("client.p12", parts().store("secret")), expects=_NOTHING)


def mended(stage: Stage) -> Scene:
    """The PKCS #12 file has an empty password."""
    return look(stage, ("client.p12", parts().store("")), expects=FINE)


def key(stage: Stage) -> Scene:
    """The private key is encrypted; the certificate beside it can be read."""
    made = parts()
    locked = made.leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    return look(stage, ("chain.pem", made.chain + made.root.pem), ("server.key", locked))


def in_folder(stage: Stage) -> Scene:
    """A folder has a locked file among others: what is in it is not known."""
    made = parts()
    scene = look(stage, ("handover/root.pem", made.root.pem), ("handover/client.p12", made.store("secret")), expects=UNDECIDED)
    return Scene(arguments=(str(stage.folder / "handover"), *scene.arguments[2:]), expects=UNDECIDED, command="inspect")


variants: dict[str, Callable[[Stage], Scene]] = {"key": key, "in-folder": in_folder}
