"""The DNS server does not answer."""

from probe.lab.dns_server import Zone
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import GOOD_ZONE, resolved_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The DNS server drops every question."""
    return resolved_shop(stage, Zone(fails=(("*", "drop"),)), options=("--timeout", "4"))


def mended(stage: Stage) -> Scene:
    """The name resolves to this machine."""
    return resolved_shop(stage, GOOD_ZONE, WORKS)
