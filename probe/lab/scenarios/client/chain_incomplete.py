"""The client sends its own certificate only, and the server holds only the root."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The certificate says where its issuer can be had; sent along, that is all that was missing."""
    return _alone(stage, "alert")


def mended(stage: Stage) -> Scene:
    """The intermediate is in the file too."""
    made = partners()
    return client_shop(stage, wanting(made.root), files(stage, made.below(), made.issuing), expects=WORKS)


def page(stage: Stage) -> Scene:
    """The server refuses by a page that stands for every reason."""
    return _alone(stage, "page")


def _alone(stage: Stage, word: str) -> Scene:
    issuers, made = stage.http(), partners()
    issuers.put("/issuing.der", made.issuing.der)
    own = made.below(replace(FOR_CLIENTS, ca_issuers=(f"{issuers.url}/issuing.der",)))
    return client_shop(stage, wanting(made.root, word=word), files(stage, own))


variants: dict[str, Callable[[Stage], Scene]] = {"page": page}
