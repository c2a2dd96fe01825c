"""What shall be the trust store cannot be read."""

from collections.abc import Callable

from probe.lab.scene import DEPENDS, FAILS, RISK, UNUSABLE, Expects, Scene
from probe.lab.shop import hierarchy, reach, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving

_PAGE = "<!DOCTYPE html><html><body>Please log in to download the certificate.</body></html>"
_DAMAGED = "-----BEGIN CERTIFICATE-----\nMIIB*damaged*\n-----END CERTIFICATE-----\n"


def broken(stage: Stage) -> Scene:
    """The file is an HTML page that was saved under the name of a certificate."""
    port = stage.tls(Serving(credentials=(hierarchy().whole,)))
    return Scene(arguments=reach(port, str(stage.write("root.pem", _PAGE))), expects=UNUSABLE)


def mended(stage: Stage) -> Scene:
    """The file holds the root."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def one_entry(stage: Stage) -> Scene:
    """One entry of the file is damaged: OpenSSL and Java refuse the whole file, though the root that is needed is another entry."""
    return _trusting(stage, lambda root: _DAMAGED + root, FAILS)


def indented(stage: Stage) -> Scene:
    """Every line of the file is indented, as when it was copied out of a document: no client finds a certificate in it."""
    return _trusting(stage, lambda root: "".join(f"    {line}\n" for line in root.splitlines()), FAILS)


def byte_order_mark(stage: Stage) -> Scene:
    """An editor put a byte order mark in front of the file: OpenSSL reads over it, Java does not."""
    return _trusting(stage, lambda root: "\ufeff" + root, DEPENDS)


def carriage_returns(stage: Stage) -> Scene:
    """The lines end in a carriage return alone, as on very old Macs: Java reads them, OpenSSL does not."""
    return _trusting(stage, lambda root: root.replace("\n", "\r"), DEPENDS)


def folder(stage: Stage) -> Scene:
    """One file of a folder is damaged, and the root that is needed is in another one."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    kept = stage.write("root.pem", made.root.pem).parent / "anchors"
    kept.mkdir()
    (kept / "root.pem").write_text(made.root.pem)
    (kept / "other.pem").write_text(_DAMAGED)
    return Scene(arguments=reach(port, str(kept)), expects=RISK)


def _trusting(stage: Stage, form: Callable[[str], str], expects: Expects) -> Scene:
    """Trust a file that holds the root in some form."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    return Scene(arguments=reach(port, str(stage.write("root.pem", form(made.root.pem)))), expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "one-entry": one_entry,
    "indented": indented,
    "byte-order-mark": byte_order_mark,
    "carriage-returns": carriage_returns,
    "folder": folder,
}
