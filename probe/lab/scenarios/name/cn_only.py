"""The name stands in the common name only, where strict clients do not look."""

from probe.lab.scene import RISK, Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The certificate has no subjectAltName; OpenSSL and Java still accept that."""
    made = hierarchy(leaf=Traits(san=False))
    return open_shop(stage, made, made.root, expects=RISK)


def mended(stage: Stage) -> Scene:
    """The name stands in the subjectAltName too."""
    made = hierarchy()
    return working_shop(stage, made, made.root)
