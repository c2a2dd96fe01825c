"""The server refuses the client certificate for a reason that only its log has."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import client_shop, files, partners, wanting
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage
from probe.lab.status import revocation_list


def broken(stage: Stage) -> Scene:
    """It is on a list of revoked ones, and the server answers with the page that stands for every reason."""
    return _scene(stage, "page")


def mended(stage: Stage) -> Scene:
    """It is on no list."""
    made = partners()
    return client_shop(stage, wanting(made.root, word="page"), files(stage, made.direct()), expects=WORKS)


def without_a_word(stage: Stage) -> Scene:
    """The server closes the connection without a word."""
    return _scene(stage, "close")


def _scene(stage: Stage, word: str) -> Scene:
    made = partners()
    own = made.direct()
    return client_shop(stage, replace(wanting(made.root, word=word), client_lists=(revocation_list(made.root, own),)), files(stage, own))


variants: dict[str, Callable[[Stage], Scene]] = {"without-a-word": without_a_word}
