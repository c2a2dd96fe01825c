"""The DNS server fails to find the answer (SERVFAIL)."""

from collections.abc import Callable

from probe.lab.dns_server import Zone
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import GOOD_ZONE, resolved_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The DNS server answers SERVFAIL."""
    return resolved_shop(stage, Zone(fails=(("*", "servfail"),)))


def mended(stage: Stage) -> Scene:
    """The name resolves to this machine."""
    return resolved_shop(stage, GOOD_ZONE, WORKS)


def _failing(way: str, stage: Stage) -> Scene:
    return resolved_shop(stage, Zone(fails=(("*", way),)))


def formerr(stage: Stage) -> Scene:
    """The DNS server answers FORMERR, as one does that does not understand the question."""
    return _failing("formerr", stage)


def notimp(stage: Stage) -> Scene:
    """The DNS server answers NOTIMP, as a box does that only plays DNS server."""
    return _failing("notimp", stage)


def garbage(stage: Stage) -> Scene:
    """What comes from the DNS server's port is no DNS at all."""
    return _failing("garbage", stage)


variants: dict[str, Callable[[Stage], Scene]] = {"formerr": formerr, "notimp": notimp, "garbage": garbage}
