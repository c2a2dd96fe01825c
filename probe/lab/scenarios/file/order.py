"""The certificates of a file are in the wrong order."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, look, parts
from probe.lab.keys import key_pem
from probe.lab.scene import RISK, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The root comes first and the server's own certificate last."""
    made = parts()
    return look(stage, ("fullchain.pem", made.root.pem + made.intermediate.pem + made.leaf.pem))


def mended(stage: Stage) -> Scene:
    """The server's own certificate comes first, then the issuer of each."""
    made = parts()
    return look(stage, ("fullchain.pem", made.leaf.pem + made.intermediate.pem + made.root.pem), expects=FINE)


def with_key(stage: Stage) -> Scene:
    """The key stands in the same file, in front of the intermediate."""
    made = parts()
    return look(stage, ("server.pem", key_pem(made.leaf.key).decode() + made.intermediate.pem + made.leaf.pem + made.root.pem))


def issuers(stage: Stage) -> Scene:
    """The server's own certificate comes first, but the root stands before the intermediate."""
    made = parts()
    return look(stage, ("fullchain.pem", made.leaf.pem + made.root.pem + made.intermediate.pem), expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {"with-key": with_key, "issuers": issuers}
