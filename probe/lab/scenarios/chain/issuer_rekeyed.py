"""The client trusts an authority of the right name with another key."""

from collections.abc import Callable

from probe.lab.pki import authority
from probe.lab.scene import Scene
from probe.lab.shop import INTERMEDIATE, ROOT, credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The root was renewed with a new key; the client trusts the new one, the server's chain leads to the old one."""
    made = hierarchy()
    return open_shop(stage, made, authority(ROOT))


def mended(stage: Stage) -> Scene:
    """The client trusts both roots."""
    made = hierarchy()
    return working_shop(stage, made, authority(ROOT), made.root)


def intermediate(stage: Stage) -> Scene:
    """The intermediate was renewed with a new key, and the server sends the new one with a certificate that the old one issued."""
    made = hierarchy()
    return open_shop(stage, credentials(made.leaf, made.root.intermediate(INTERMEDIATE)), made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"intermediate": intermediate}
