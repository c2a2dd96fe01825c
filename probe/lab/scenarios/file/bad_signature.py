"""A certificate in the files was altered after it was issued."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, look, parts
from probe.lab.keys import key_pem
from probe.lab.scene import Scene
from probe.lab.shop import HOST
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """A bit of the signature of the server's certificate is another one."""
    made = parts(leaf=Traits(damage="signature"))
    return look(stage, ("fullchain.pem", made.chain + made.root.pem), ("server.key", key_pem(made.leaf.key).decode()))


def mended(stage: Stage) -> Scene:
    """The file as it was issued."""
    made = parts()
    return look(stage, ("fullchain.pem", made.chain + made.root.pem), ("server.key", key_pem(made.leaf.key).decode()), expects=FINE)


def content(stage: Stage) -> Scene:
    """The serial number in the certificate was changed, and the signature left as it was."""
    made = parts(leaf=Traits(damage="content"))
    return look(stage, ("server.pem", made.leaf.pem), ("issuing.pem", made.intermediate.pem), ("root.pem", made.root.pem))


def issuer(stage: Stage) -> Scene:
    """The intermediate was damaged, not the certificate below it."""
    made = parts()
    damaged = made.root.intermediate("Damaged CA", Traits(ca=True, damage="signature"))
    return look(stage, ("fullchain.pem", damaged.issue(HOST).pem + damaged.pem + made.root.pem))


variants: dict[str, Callable[[Stage], Scene]] = {"content": content, "issuer": issuer}
