"""A certificate in the files has expired."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.file_shop import FINE, look, parts
from probe.lab.keys import key_pem
from probe.lab.pki import AUTHORITY
from probe.lab.scene import DEPENDS, NOTE, Scene
from probe.lab.stage import Stage
from probe.lab.traits import Traits

_OLD = Traits(starts=-90, ends=-1)
_OLD_ROOT = replace(AUTHORITY, starts=-900, ends=-1)


def broken(stage: Stage) -> Scene:
    """The server's own certificate has expired."""
    made = parts(leaf=_OLD)
    return look(stage, ("fullchain.pem", made.chain + made.root.pem), ("server.key", key_pem(made.leaf.key)))


def mended(stage: Stage) -> Scene:
    """All certificates are current."""
    made = parts()
    return look(stage, ("fullchain.pem", made.chain + made.root.pem), ("server.key", key_pem(made.leaf.key)), expects=FINE)


def left_over(stage: Stage) -> Scene:
    """The expired certificate lies beside its successor."""
    made = parts()
    old = made.intermediate.issue("shop.example", traits=_OLD)
    return look(stage, ("fullchain.pem", made.chain + made.root.pem), ("old.pem", old.pem), expects=NOTE)


def root(stage: Stage) -> Scene:
    """A root to be trusted has expired: Java takes it, OpenSSL does not."""
    return look(stage, ("root.pem", parts(root=_OLD_ROOT).root.pem), expects=DEPENDS)


variants: dict[str, Callable[[Stage], Scene]] = {"left-over": left_over, "root": root}
