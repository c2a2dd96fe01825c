"""A private key is in a file where none belongs."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, look, other_key, packed, parts
from probe.lab.keys import key_pem
from probe.lab.scene import RISK, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """A private key stands among trusted certificates."""
    made = parts()
    return look(stage, ("anchors.pem", made.root.pem + key_pem(other_key()).decode() + made.intermediate.pem))


def mended(stage: Stage) -> Scene:
    """There are certificates only."""
    made = parts()
    return look(stage, ("anchors.pem", made.root.pem + made.intermediate.pem), expects=FINE)


def archive(stage: Stage) -> Scene:
    """An archive that is to be passed on holds the key beside the certificate."""
    made = parts()
    files = (("fullchain.pem", made.chain.encode()), ("root.pem", made.root.pem.encode()), ("server.key", key_pem(made.leaf.key)))
    return look(stage, ("for-partner.zip", packed(*files)), expects=RISK)


def certificate_file(stage: Stage) -> Scene:
    """The file is called as those for others are, and holds the key too."""
    made = parts()
    return look(stage, ("server.crt", made.chain + made.root.pem + key_pem(made.leaf.key).decode()), expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {"archive": archive, "certificate-file": certificate_file}
