"""The name does not exist in DNS."""

from collections.abc import Callable

from probe.lab.dns_server import Record, Zone
from probe.lab.scene import UNKNOWN_HOST, WORKS, Scene
from probe.lab.shop import GOOD_ZONE, HOST, resolved_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The DNS server answers NXDOMAIN."""
    return resolved_shop(stage, Zone(), UNKNOWN_HOST)


def mended(stage: Stage) -> Scene:
    """The name resolves to this machine."""
    return resolved_shop(stage, GOOD_ZONE, WORKS)


def alias_to_nowhere(stage: Stage) -> Scene:
    """The name is an alias of a name that does not exist."""
    return resolved_shop(stage, Zone(records=(Record(name=HOST, type="CNAME", value="gone.example."),)))


variants: dict[str, Callable[[Stage], Scene]] = {"alias-to-nowhere": alias_to_nowhere}
