"""The client connects by IP address, and the certificate does not name that address."""

from collections.abc import Callable

from probe.lab.scene import Scene
from probe.lab.shop import HOST, hierarchy, open_shop, working_shop
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The certificate names the host only."""
    made = hierarchy()
    return open_shop(stage, made, made.root, host=LOOPBACK)


def mended(stage: Stage) -> Scene:
    """The certificate names the address too."""
    made = hierarchy(HOST, LOOPBACK)
    return working_shop(stage, made, made.root, host=LOOPBACK)


def address_in_common_name(stage: Stage) -> Scene:
    """The address stands in the common name, where no client of today looks for it."""
    made = hierarchy(leaf=Traits(common_name=LOOPBACK))
    return open_shop(stage, made, made.root, host=LOOPBACK)


variants: dict[str, Callable[[Stage], Scene]] = {"address-in-common-name": address_in_common_name}
