"""The private key is that of another certificate."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, look, other_key, parts
from probe.lab.keys import key_pem
from probe.lab.scene import Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The key beside the certificate is another one."""
    made = parts()
    return look(stage, ("fullchain.pem", made.chain), ("root.pem", made.root.pem), ("server.key", key_pem(other_key())))


def mended(stage: Stage) -> Scene:
    """The key is the one that the certificate was requested with."""
    made = parts()
    return look(stage, ("fullchain.pem", made.chain), ("root.pem", made.root.pem), ("server.key", key_pem(made.leaf.key)), expects=FINE)


def one_file(stage: Stage) -> Scene:
    """Certificate and key are in one file."""
    made = parts()
    return look(stage, ("server.pem", made.chain + made.root.pem + key_pem(other_key()).decode()))


def request(stage: Stage) -> Scene:
    """The request was made with another key than the one beside it."""
    return look(stage, ("request.csr", parts().request()), ("server.key", key_pem(other_key())))


variants: dict[str, Callable[[Stage], Scene]] = {"one-file": one_file, "request": request}
