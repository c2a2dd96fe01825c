"""A box on the way opens TLS and shows a certificate of its own."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.scene import NOTE, Scene
from probe.lab.shop import HOST, ROOT, credentials, healthy_shop, open_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The issuer has the name that a well-known firewall gives to its own authority, and it is not trusted."""
    box = _box()
    return open_shop(stage, credentials(box.issue(HOST), box), authority(ROOT))


def mended(stage: Stage) -> Scene:
    """The server's own certificate arrives."""
    return healthy_shop(stage)


def only_leaf(stage: Stage) -> Scene:
    """The box sends nothing but its certificate for the name."""
    return open_shop(stage, credentials(_box().issue(HOST)), authority(ROOT))


def trusted(stage: Stage) -> Scene:
    """The authority of the box is trusted here."""
    box = _box()
    return open_shop(stage, credentials(box.issue(HOST), box), box, expects=NOTE)


def _box() -> Issued:
    return authority("FortiGate CA", replace(AUTHORITY, organization="Fortinet"))


variants: dict[str, Callable[[Stage], Scene]] = {"only-leaf": only_leaf, "trusted": trusted}
