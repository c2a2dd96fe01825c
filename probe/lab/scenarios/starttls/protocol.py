"""The port does not speak the plain protocol in which TLS was to be asked for."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.manners import Manners
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import hierarchy, plain_shop, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """TLS begins at once, and the caller waits for a greeting."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    return Scene(arguments=reach(port, stage.trust_file(made.root), "--timeout", "2", scheme="smtp"))


def mended(stage: Stage) -> Scene:
    """The server offers StartTLS, agrees, and begins TLS."""
    return plain_shop(stage, Manners(), expects=WORKS)


def other(stage: Stage) -> Scene:
    """An IMAP server answers where SMTP was expected."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), plain=Manners(protocol="imap")))
    return Scene(arguments=reach(port, stage.trust_file(made.root), scheme="smtp"))


def web(stage: Stage) -> Scene:
    """A web server waits for a request while the caller waits for a greeting."""
    made = hierarchy()
    return Scene(arguments=reach(stage.raw(raw_server.plain_http), stage.trust_file(made.root), "--timeout", "2", scheme="smtp"))


variants: dict[str, Callable[[Stage], Scene]] = {"other": other, "web": web}
