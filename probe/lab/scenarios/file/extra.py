"""A bundle holds certificates that belong to no chain of its own certificate."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, look, parts
from probe.lab.keys import key_pem
from probe.lab.pki import authority
from probe.lab.scene import NOTE, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The intermediate of an earlier authority still stands behind the one of today."""
    made = parts()
    earlier = authority("Earlier Root CA").intermediate("Earlier Issuing CA")
    return look(stage, ("fullchain.pem", made.chain + earlier.pem + made.root.pem), ("server.key", key_pem(made.leaf.key).decode()), expects=NOTE)


def mended(stage: Stage) -> Scene:
    """The bundle holds the chain of today alone."""
    made = parts()
    return look(stage, ("fullchain.pem", made.chain + made.root.pem), ("server.key", key_pem(made.leaf.key).decode()), expects=FINE)


def without_key(stage: Stage) -> Scene:
    """Nobody knows whether it is a bundle for a server or a file of trusted certificates: it is likely only."""
    made = parts()
    return look(stage, ("fullchain.pem", made.chain + authority("Earlier Root CA").pem + made.root.pem), expects=NOTE)


variants: dict[str, Callable[[Stage], Scene]] = {"without-key": without_key}
