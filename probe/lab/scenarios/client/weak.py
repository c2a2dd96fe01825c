"""The client certificate has a key of 1024 bits."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The server is at OpenSSL's default security level and refuses by an alert."""
    return _scene(stage, "rsa-1024", 2)


def mended(stage: Stage) -> Scene:
    """The key has 2048 bits."""
    made = partners()
    own = made.direct(replace(FOR_CLIENTS, key="rsa-2048", slot="client-2048"))
    return client_shop(stage, replace(wanting(made.root), client_level=2), files(stage, own), expects=WORKS)


def signature(stage: Stage) -> Scene:
    """The key is long enough, the certificate is signed with SHA-1."""
    made = partners()
    own = made.direct(replace(FOR_CLIENTS, hash="sha1"))
    return client_shop(stage, replace(wanting(made.root), client_level=2), files(stage, own))


def _scene(stage: Stage, kind: str, level: int) -> Scene:
    made = partners()
    own = made.direct(replace(FOR_CLIENTS, key=kind, slot="client-1024"))
    return client_shop(stage, replace(wanting(made.root), client_level=level), files(stage, own))


variants: dict[str, Callable[[Stage], Scene]] = {"signature": signature}
