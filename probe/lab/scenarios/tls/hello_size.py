"""A box on the way drops a large ClientHello, as clients with a post-quantum key share send it."""

from collections.abc import Callable

from probe.lab.listener import Talk
from probe.lab.relay import first_segment, size_limit
from probe.lab.scene import DEPENDS, RISK, WORKS, Expects, Scene
from probe.lab.shop import hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The box resets a connection whose ClientHello has more than 1,400 bytes."""
    return _behind(stage, lambda port: size_limit(port, reset=True))


def mended(stage: Stage) -> Scene:
    """The box lets a ClientHello of 16,000 bytes pass."""
    return _behind(stage, lambda port: size_limit(port, reset=True, limit=16000), WORKS)


def swallowed(stage: Stage) -> Scene:
    """The box swallows the large ClientHello, so that nothing ever comes back."""
    return _behind(stage, size_limit, options=("--timeout", "4"))


def one_segment(stage: Stage) -> Scene:
    """The box reads the first TCP segment only and hangs up when the ClientHello goes on in a second."""
    return _behind(stage, first_segment)


def for_java(stage: Stage) -> Scene:
    """Judged for Java 17, which sends a small ClientHello: it works, until Java is updated."""
    return _behind(stage, lambda port: size_limit(port, reset=True), RISK, options=("--as", "java"))


def _behind(stage: Stage, box: Callable[[int], Talk], expects: Expects = DEPENDS, options: tuple[str, ...] = ()) -> Scene:
    made = hierarchy()
    port = stage.raw(box(stage.tls(Serving(credentials=(made.whole,)))))
    return Scene(arguments=reach(port, stage.trust_file(made.root), *options), expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {"swallowed": swallowed, "one-segment": one_segment, "for-java": for_java}
