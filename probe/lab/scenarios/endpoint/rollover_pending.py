"""The endpoint still serves the old certificate."""

from collections.abc import Callable

from probe.lab.dns_server import Record, Zone
from probe.lab.expecting import expecting_shop
from probe.lab.pki import Issued
from probe.lab.scene import FAILS, WORKS, Scene
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy, open_shop
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The new certificate is expected, and the server still shows the one before."""
    made = hierarchy()
    return open_shop(stage, made, made.root, options=_expecting(stage, _new(made)), expects=FAILS)


def mended(stage: Stage) -> Scene:
    """The server shows the new one."""
    made = hierarchy()
    new = _new(made)
    return open_shop(stage, credentials(new, made.intermediate), made.root, options=_expecting(stage, new), expects=WORKS)


def one_of_two(stage: Stage) -> Scene:
    """One of two addresses still shows the one before."""
    made = hierarchy()
    new = _new(made)
    both = (made.whole, credentials(new, made.intermediate))
    addresses = (LOOPBACK, "127.0.0.2")
    port = stage.tls_at(tuple((address, Serving(credentials=(one,))) for address, one in zip(addresses, both, strict=True)))
    zone = Zone(records=tuple(Record(name=HOST, type="A", value=address) for address in addresses))
    trust = ("--trust", stage.trust_file(made.root))
    return Scene(arguments=(f"https://{HOST}:{port}", "--resolver", stage.dns(zone), *trust, *_expecting(stage, new)), expects=FAILS)


def after_the_day(stage: Stage) -> Scene:
    """A profile expects the new one from a day on that is past, and the server still shows the one before."""
    made = hierarchy()
    old, new = (str(stage.write(f"{name}.pem", one.pem)) for name, one in (("old", made.leaf), ("new", _new(made))))
    pins = f'[[trust.pins]]\nfile = "{old}"\nuntil = "2001-01-01"\n[[trust.pins]]\nfile = "{new}"\nsince = "2001-01-01"'
    return expecting_shop(stage, made, made.root, pins)


def _new(made: Hierarchy) -> Issued:
    return made.intermediate.issue(HOST, traits=Traits(starts=-1, ends=89))


def _expecting(stage: Stage, one: Issued) -> tuple[str, str]:
    return ("--pin", str(stage.write("new.pem", one.pem)))


variants: dict[str, Callable[[Stage], Scene]] = {"one-of-two": one_of_two, "after-the-day": after_the_day}
