"""Certificates between the server's own and the root are missing in the files."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, fetched, look, parts
from probe.lab.keys import key_pem
from probe.lab.pki import authority
from probe.lab.scene import NOTE, RISK, UNDECIDED, Scene
from probe.lab.shop import INTERMEDIATE
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The intermediate is missing; the certificate says where it can be had, and there it is."""
    made = fetched(stage)
    return look(
        stage, ("server.pem", made.leaf.pem), ("server.key", key_pem(made.leaf.key)), ("root.pem", made.root.pem), options=("--fetch", "--fetch-private")
    )


def mended(stage: Stage) -> Scene:
    """The intermediate stands behind the server's own certificate."""
    made = fetched(stage)
    files = (("server.pem", made.chain), ("server.key", key_pem(made.leaf.key)), ("root.pem", made.root.pem))
    return look(stage, *files, options=("--fetch", "--fetch-private"), expects=FINE)


def other_intermediate(stage: Stage) -> Scene:
    """The intermediate in the file has the right name and another key: it is from before a renewal."""
    made = parts()
    old = authority("Lab Old Root CA").intermediate(INTERMEDIATE)
    return look(stage, ("server.pem", made.leaf.pem + old.pem), ("server.key", key_pem(made.leaf.key)))


def alone(stage: Stage) -> Scene:
    """Certificate and key without anything above them: whether an intermediate is missing cannot be told from the files."""
    made = parts()
    return look(stage, ("server.pem", made.leaf.pem), ("server.key", key_pem(made.leaf.key)), expects=UNDECIDED)


def without_root(stage: Stage) -> Scene:
    """A server's file without the root, as it should be: the issuer that is not there is named."""
    made = parts()
    return look(stage, ("server.pem", made.chain), ("server.key", key_pem(made.leaf.key)), expects=NOTE)


def only_intermediate(stage: Stage) -> Scene:
    """A file of trusted certificates with an intermediate and without its root: Java takes it, OpenSSL wants the root."""
    return look(stage, ("anchors.pem", parts().intermediate.pem), expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {
    "other-intermediate": other_intermediate,
    "alone": alone,
    "without-root": without_root,
    "only-intermediate": only_intermediate,
}
