"""The connection stands, but the server answers with an HTTP error."""

from collections.abc import Callable

from probe.lab.answers import Answer
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, reach, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.websocket import Station
from probe.lab.websocket import websocket as answering


def broken(stage: Stage) -> Scene:
    """The server answers 503."""
    made = hierarchy()
    return open_shop(stage, Serving(credentials=(made.whole,), answer=Answer(status=503, body=b"no backend\n")), made.root)


def mended(stage: Stage) -> Scene:
    """The server answers 200."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def websocket(stage: Stage) -> Scene:
    """A WebSocket is begun, and what stands in front of it answers 503."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=answering(Station(status=503))))
    return Scene(arguments=reach(port, stage.trust_file(made.root), "--subprotocol", "ocpp1.6", scheme="wss"))


variants: dict[str, Callable[[Stage], Scene]] = {"websocket": websocket}
