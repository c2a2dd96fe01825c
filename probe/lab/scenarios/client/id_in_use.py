"""A client with the same client ID is running, and takes its connection back."""

from collections.abc import Callable

from probe.lab.broker import House
from probe.lab.broker_shop import NAMED, broker_shop
from probe.lab.scene import RISK, WORKS, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The broker lets the client in, and then says that another one took the session over."""
    return broker_shop(stage, House(after="taken-over"), expects=RISK)


def mended(stage: Stage) -> Scene:
    """Nobody else has this client ID."""
    return broker_shop(stage, House(), expects=WORKS)


def without_a_word(stage: Stage) -> Scene:
    """With MQTT 3.1.1 the broker only hangs up."""
    return broker_shop(stage, House(after="closed"), (*NAMED, "--mqtt", "3.1.1"), expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {"without-a-word": without_a_word}
