"""The addresses behind one name answer differently."""

from collections.abc import Callable

from probe.lab.dns_server import Record, Zone
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Credentials, Serving
from probe.lab.traits import Traits

_ADDRESSES = (LOOPBACK, "127.0.0.2")


def broken(stage: Stage) -> Scene:
    """One of two addresses still serves a certificate that has expired."""
    made = hierarchy()
    old = made.intermediate.issue(HOST, traits=Traits(starts=-91, ends=-1))
    return _scene(stage, made, (made.whole, credentials(old, made.intermediate)), FAILS)


def mended(stage: Stage) -> Scene:
    """Both addresses serve the same certificate."""
    made = hierarchy()
    return _scene(stage, made, (made.whole, made.whole), WORKS)


def intermediate_missing_on_one(stage: Stage) -> Scene:
    """One of two addresses does not send the intermediate."""
    made = hierarchy()
    return _scene(stage, made, (made.whole, credentials(made.leaf)), FAILS)


def _scene(stage: Stage, made: Hierarchy, shown: tuple[Credentials, Credentials], expects: Expects) -> Scene:
    port = stage.tls_at(tuple((address, Serving(credentials=(one,))) for address, one in zip(_ADDRESSES, shown, strict=True)))
    zone = Zone(records=tuple(Record(name=HOST, type="A", value=address) for address in _ADDRESSES))
    arguments = (f"https://{HOST}:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(made.root))
    return Scene(arguments=arguments, expects=expects)


def behind_one_address(stage: Stage) -> Scene:
    """Of three machines behind one address one has a certificate that has expired, and one closes every connection."""
    made = hierarchy()
    old = made.intermediate.issue(HOST, traits=Traits(starts=-91, ends=-1))
    serving = Serving(credentials=(made.whole,), turns=(made.whole, credentials(old, made.intermediate), None))
    return open_shop(stage, serving, made.root, options=("--repeat", "6"))


def behind_one_address_healthy(stage: Stage) -> Scene:
    """All machines behind one address serve the same certificate."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), turns=(made.whole, made.whole)), made.root, options=("--repeat", "6"))


variants: dict[str, Callable[[Stage], Scene]] = {
    "intermediate-missing-on-one": intermediate_missing_on_one,
    "behind-one-address": behind_one_address,
    "behind-one-address-healthy": behind_one_address_healthy,
}
