"""The server sends its certificates in the wrong order."""

from collections.abc import Callable

from probe.lab.scene import DEPENDS, RISK, Scene
from probe.lab.shop import HOST, credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """Two intermediates are swapped; clients of today put them in order."""
    made = hierarchy()
    lower = made.intermediate.intermediate("Lab Shop CA")
    return open_shop(stage, credentials(lower.issue(HOST), made.intermediate, lower), made.root, expects=RISK)


def mended(stage: Stage) -> Scene:
    """The certificates are in order."""
    made = hierarchy()
    lower = made.intermediate.intermediate("Lab Shop CA")
    return working_shop(stage, credentials(lower.issue(HOST), lower, made.intermediate), made.root)


def too_long_for_java(stage: Stage) -> Scene:
    """Six intermediates are out of order: Java finds no path through them."""
    made = hierarchy()
    issuers = [made.intermediate]
    while len(issuers) < 6:
        issuers.append(issuers[-1].intermediate(f"Lab CA {len(issuers)}"))
    return open_shop(stage, credentials(issuers[-1].issue(HOST), *issuers), made.root, expects=DEPENDS)


variants: dict[str, Callable[[Stage], Scene]] = {"too-long-for-java": too_long_for_java}
