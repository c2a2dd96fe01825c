"""The device's certificate was not signed by the authority that is registered."""

from collections.abc import Callable

from probe.lab.broker import House
from probe.lab.broker_shop import device_shop, tenant
from probe.lab.client_shop import FOR_CLIENTS
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage

DEVICE = "press-4"
REFUSES = House(code=5)


def broken(stage: Stage) -> Scene:
    """The authority was made anew under the same name, and the first one is registered."""
    old, new = tenant(), tenant()
    return device_shop(stage, REFUSES, (new.issue(DEVICE, traits=FOR_CLIENTS), new), old)


def mended(stage: Stage) -> Scene:
    """The registered authority signed it."""
    top = tenant()
    return device_shop(stage, House(), (top.issue(DEVICE, traits=FOR_CLIENTS), top), top, expects=WORKS)


def intermediate(stage: Stage) -> Scene:
    """An intermediate signed it; which authority is registered is not known."""
    top = tenant()
    middle = top.intermediate("Tenant Issuing CA")
    return device_shop(stage, REFUSES, (middle.issue(DEVICE, traits=FOR_CLIENTS), middle, top), None)


variants: dict[str, Callable[[Stage], Scene]] = {"intermediate": intermediate}
