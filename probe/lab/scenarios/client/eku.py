"""The client certificate is made for servers only."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """Its extended key usage has serverAuth alone, and the server says so."""
    return _scene(stage, replace(FOR_CLIENTS, extended_key_usage=("server",)), "alert")


def mended(stage: Stage) -> Scene:
    """It is made for both."""
    made = partners()
    own = made.direct(replace(FOR_CLIENTS, extended_key_usage=("server", "client")))
    return client_shop(stage, wanting(made.root), files(stage, own), expects=WORKS)


def page(stage: Stage) -> Scene:
    """The server refuses by a page that stands for every reason."""
    return _scene(stage, replace(FOR_CLIENTS, extended_key_usage=("server",)), "page")


def key_usage(stage: Stage) -> Scene:
    """Its key may only decipher, not sign."""
    return _scene(stage, replace(FOR_CLIENTS, key_usage=("key_encipherment",)), "alert")


def _scene(stage: Stage, traits: Traits, word: str) -> Scene:
    made = partners()
    return client_shop(stage, wanting(made.root, word=word), files(stage, made.direct(traits)))


variants: dict[str, Callable[[Stage], Scene]] = {"page": page, "key-usage": key_usage}
