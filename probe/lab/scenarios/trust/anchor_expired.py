"""The root in the trust store has expired, and the client looks at that."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY, authority
from probe.lab.scene import DEPENDS, Scene
from probe.lab.shop import ROOT, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage

_CLIENT = ("--as", "openssl")
_EXPIRED = replace(AUTHORITY, starts=-3650, ends=-5)


def broken(stage: Stage) -> Scene:
    """OpenSSL trusts a root that expired five days ago."""
    made = hierarchy(root=_EXPIRED)
    return open_shop(stage, made, made.root, options=_CLIENT)


def mended(stage: Stage) -> Scene:
    """The root was renewed with the same key, and OpenSSL trusts the renewed one."""
    made = hierarchy(root=_EXPIRED)
    renewed = authority(ROOT, replace(AUTHORITY, key=made.root.key))
    return working_shop(stage, made, renewed, options=_CLIENT)


def all_clients(stage: Stage) -> Scene:
    """Without a choice of client: Java does not look at the dates of an anchor, OpenSSL does."""
    made = hierarchy(root=_EXPIRED)
    return open_shop(stage, made, made.root, expects=DEPENDS)


variants: dict[str, Callable[[Stage], Scene]] = {"all-clients": all_clients}
