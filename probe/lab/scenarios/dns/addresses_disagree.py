"""Two DNS servers give different answers for the same name."""

from collections.abc import Callable

from probe.lab.dns_server import Record, Zone
from probe.lab.scene import FAILS, NOTE, RISK, WORKS, Expects, Scene
from probe.lab.shop import GOOD_ZONE, HOST, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

_OTHER = "127.0.0.2"


def broken(stage: Stage) -> Scene:
    """One server leads to the shop, the other says that the name does not exist."""
    return _scene(stage, GOOD_ZONE, Zone(), RISK)


def mended(stage: Stage) -> Scene:
    """Both servers give the same address."""
    return _scene(stage, GOOD_ZONE, GOOD_ZONE, WORKS)


def first_leads_nowhere(stage: Stage) -> Scene:
    """The server whose answer counts says that the name does not exist, the other one knows it."""
    return _scene(stage, Zone(), GOOD_ZONE, FAILS)


def other_machine(stage: Stage) -> Scene:
    """Each server leads to another machine."""
    return _scene(stage, GOOD_ZONE, _zone(_OTHER), RISK)


def some_in_common(stage: Stage) -> Scene:
    """Each server gives a part of the addresses, and one of them is the same, as with round robin."""
    return _scene(stage, GOOD_ZONE, _zone(LOOPBACK, _OTHER), NOTE)


def silent(stage: Stage) -> Scene:
    """The second server fails: programs that ask it do not find the name."""
    return _scene(stage, GOOD_ZONE, Zone(fails=(("*", "servfail"),)), RISK)


def dead(stage: Stage) -> Scene:
    """Nobody answers at the second address that was given for a DNS server."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    servers = ("--resolver", stage.dns(GOOD_ZONE), "--resolver", f"{LOOPBACK}:{stage.closed_port()}")
    return Scene(arguments=(f"https://{HOST}:{port}", *servers, "--trust", stage.trust_file(made.root)), expects=RISK)


def _zone(*addresses: str) -> Zone:
    return Zone(records=tuple(Record(name=HOST, type="A", value=one) for one in addresses))


def _scene(stage: Stage, first: Zone, second: Zone, expects: Expects) -> Scene:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    arguments = (f"https://{HOST}:{port}", "--resolver", stage.dns(first), "--resolver", stage.dns(second), "--trust", stage.trust_file(made.root))
    return Scene(arguments=arguments, expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "first-leads-nowhere": first_leads_nowhere,
    "other-machine": other_machine,
    "some-in-common": some_in_common,
    "silent": silent,
    "dead": dead,
}
