"""The private key is that of another certificate."""

from probe.lab.client_shop import client_shop, files, partners, wanting
from probe.lab.scene import UNUSABLE, WORKS, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The key of a renewed certificate's predecessor is named; nothing is connected to."""
    made = partners()
    cert = files(stage, made.direct())[:2]
    return client_shop(stage, wanting(made.root), (*cert, "--key", stage.key_file(made.direct().key, name="old.key")), expects=UNUSABLE)


def mended(stage: Stage) -> Scene:
    """The right key is named."""
    made = partners()
    return client_shop(stage, wanting(made.root), files(stage, made.direct()), expects=WORKS)
