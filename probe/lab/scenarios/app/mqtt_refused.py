"""TLS works, and the broker does not let the client in."""

from collections.abc import Callable

from probe.lab.broker import House
from probe.lab.broker_shop import NAMED, broker_shop
from probe.lab.scene import NOTE, WORKS, Scene
from probe.lab.stage import Stage

OTHERS = ("press-5", "press-6")


def broken(stage: Stage) -> Scene:
    """The client ID is not one that the broker allows; it says so."""
    return broker_shop(stage, House(allowed=OTHERS))


def mended(stage: Stage) -> Scene:
    """The broker lets anybody in."""
    return broker_shop(stage, House(), ("--allow-connect",), expects=WORKS)


def silent(stage: Stage) -> Scene:
    """The broker hangs up after CONNECT and says nothing, the second time too."""
    return broker_shop(stage, House(allowed=OTHERS, silent=True), (*NAMED, "--mqtt", "3.1.1"))


def login(stage: Stage) -> Scene:
    """The broker wants a user name and a password."""
    return broker_shop(stage, House(login=("press", "secret")))


def version(stage: Stage) -> Scene:
    """The broker speaks MQTT 3.1.1, and the client wants 5."""
    return broker_shop(stage, House(levels=(4,)), (*NAMED, "--mqtt", "5"))


def first_dropped(stage: Stage) -> Scene:
    """The first CONNECT is dropped and the second one is let in, as where the first connection registers a certificate."""
    return broker_shop(stage, House(drops=1), ("--allow-connect",), expects=NOTE)


variants: dict[str, Callable[[Stage], Scene]] = {"silent": silent, "login": login, "version": version, "first-dropped": first_dropped}
