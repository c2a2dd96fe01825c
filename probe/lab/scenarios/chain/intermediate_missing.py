"""The server does not send the intermediate certificate."""

from collections.abc import Callable

from probe.lab.scene import Scene
from probe.lab.shop import credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The server sends its own certificate only; the issuer can be fetched from the URL in it."""
    issuers = stage.http()
    made = hierarchy(leaf=Traits(ca_issuers=(f"{issuers.url}/issuing.der",)))
    issuers.put("/issuing.der", made.intermediate.der)
    return open_shop(stage, credentials(made.leaf), made.root)


def mended(stage: Stage) -> Scene:
    """The server sends the intermediate too."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def no_url(stage: Stage) -> Scene:
    """The certificate does not say where its issuer can be fetched, so that the cause is only likely."""
    made = hierarchy()
    return open_shop(stage, credentials(made.leaf), made.root)


def root_in_its_place(stage: Stage) -> Scene:
    """The server sends the root, which no client needs, and not the intermediate, which can be fetched."""
    issuers = stage.http()
    made = hierarchy(leaf=Traits(ca_issuers=(f"{issuers.url}/issuing.der",)))
    issuers.put("/issuing.der", made.intermediate.der)
    return open_shop(stage, credentials(made.leaf, made.root), made.root)


variants: dict[str, Callable[[Stage], Scene]] = {"no-url": no_url, "root-in-its-place": root_in_its_place}
