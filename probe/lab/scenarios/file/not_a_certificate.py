"""What shall be a certificate is none."""

from collections.abc import Callable

from probe.lab.file_shop import FINE, look, parts
from probe.lab.scene import NOTE, Expects, Scene
from probe.lab.stage import Stage

_PAGE = "<!DOCTYPE html><html><body>Please log in to download the certificate.</body></html>"
_NOTHING = Expects(exit=2)


def broken(stage: Stage) -> Scene:
    """A login page was saved under the name of the certificate."""
    return look(stage, ("partner.pem", _PAGE), expects=_NOTHING)


def mended(stage: Stage) -> Scene:
    """The file holds the certificate."""
    return look(stage, ("partner.pem", parts().root.pem), expects=FINE)


def empty(stage: Stage) -> Scene:
    """The file is empty, as the placeholder of a sample project is."""
    return look(stage, ("broker.pem", ""), expects=_NOTHING)


def beside(stage: Stage) -> Scene:
    """One of two files is a page of text."""
    return look(stage, ("readme.txt", "Import both files."), ("root.pem", parts().root.pem))


def in_folder(stage: Stage) -> Scene:
    """A folder of certificates has a text beside them, which does no harm."""
    scene = look(stage, ("anchors/root.pem", parts().root.pem), ("anchors/readme.txt", "Import this file."), expects=NOTE)
    return Scene(arguments=(str(stage.folder / "anchors"), *scene.arguments[2:]), expects=NOTE, command="inspect")


variants: dict[str, Callable[[Stage], Scene]] = {"empty": empty, "beside": beside, "in-folder": in_folder}
