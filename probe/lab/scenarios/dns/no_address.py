"""The name exists in DNS, but has no address."""

from collections.abc import Callable

from probe.lab.dns_server import Record, Zone
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import GOOD_ZONE, HOST, resolved_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The name has a mail exchanger and no address."""
    return resolved_shop(stage, Zone(records=(Record(name=HOST, type="MX", value="10 mail.shop.example."),)))


def mended(stage: Stage) -> Scene:
    """The name resolves to this machine."""
    return resolved_shop(stage, GOOD_ZONE, WORKS)


def circle(stage: Stage) -> Scene:
    """The name is an alias of another one, which is an alias of the first."""
    other = "www.shop.example"
    records = (Record(name=HOST, type="CNAME", value=f"{other}."), Record(name=other, type="CNAME", value=f"{HOST}."))
    return resolved_shop(stage, Zone(records=records))


variants: dict[str, Callable[[Stage], Scene]] = {"circle": circle}
