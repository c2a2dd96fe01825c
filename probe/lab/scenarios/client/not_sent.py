"""The server accepts an authority that it does not name, so that Java sends no certificate of it."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import Partners, client_shop, files, partners, wanting
from probe.lab.pki import authority
from probe.lab.scene import DEPENDS, FAILS, WORKS, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """Clients that choose by the list send none, and without one the server refuses; OpenSSL is accepted."""
    return replace(_unnamed(stage), expects=DEPENDS)


def mended(stage: Stage) -> Scene:
    """The server names the authority."""
    made = partners()
    return client_shop(stage, wanting(made.root), files(stage, made.direct()), expects=WORKS)


def java(stage: Stage) -> Scene:
    """The client is Java, for which it fails."""
    return replace(_unnamed(stage, "--as", "java"), expects=FAILS)


def leaf_only(stage: Stage) -> Scene:
    """The server names only the root and has the intermediate; the client's file lacks that, so that no issuer fits."""
    root = authority("Other Client CA")
    made = Partners(root=root, issuing=root.intermediate("Partner Issuing CA"))
    wants = replace(wanting(made.root), client_unnamed=(made.issuing,))
    return client_shop(stage, wants, files(stage, made.below()), expects=DEPENDS)


def for_a_path(stage: Stage) -> Scene:
    """The server asks only for a path, after the handshake of TLS 1.3, as Apache does: Java never lets itself be asked so, curl does."""
    made = partners()
    return client_shop(stage, replace(wanting(made.root), late="/"), files(stage, made.direct()), expects=DEPENDS)


def _unnamed(stage: Stage, *options: str) -> Scene:
    made = partners()
    wants = replace(wanting(authority("Other Client CA")), client_unnamed=(made.root,))
    return client_shop(stage, wants, (*files(stage, made.direct()), *options))


variants: dict[str, Callable[[Stage], Scene]] = {"java": java, "leaf-only": leaf_only, "for-a-path": for_a_path}
