"""The connection stands, but the server does not speak the protocol that was asked for."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.answers import Answer, http
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, reach, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.websocket import Station
from probe.lab.websocket import websocket as answering


def broken(stage: Stage) -> Scene:
    """Behind TLS the server speaks SMTP, not HTTP."""
    made = hierarchy()
    return open_shop(stage, Serving(credentials=(made.whole,), answer=Answer(protocol="raw", body=raw_server.SMTP_BANNER)), made.root)


def mended(stage: Stage) -> Scene:
    """The server speaks HTTP."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def http_for_ldap(stage: Stage) -> Scene:
    """LDAP is asked for, and HTTP is spoken."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="raw", body=http(Answer(status=400)))))
    return Scene(arguments=reach(port, stage.trust_file(made.root), scheme="ldaps"))


def websocket(stage: Stage) -> Scene:
    """A WebSocket is begun, and the server does not speak the subprotocol that was asked for."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=answering(Station(protocols=("ocpp2.0.1",)))))
    return Scene(arguments=reach(port, stage.trust_file(made.root), "--subprotocol", "ocpp1.6", scheme="wss"))


variants: dict[str, Callable[[Stage], Scene]] = {"http-for-ldap": http_for_ldap, "websocket": websocket}
