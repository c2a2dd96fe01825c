"""The connection stands, but the server answers with an HTTP error."""

from probe.lab.answers import Answer
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The server answers 503."""
    made = hierarchy()
    return open_shop(stage, Serving(credentials=(made.whole,), answer=Answer(status=503, body=b"no backend\n")), made.root)


def mended(stage: Stage) -> Scene:
    """The server answers 200."""
    made = hierarchy()
    return working_shop(stage, made, made.root)
