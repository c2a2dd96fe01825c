"""TLS works, and the directory hangs up on the search."""

from probe.lab.answers import Answer, controller
from probe.lab.scene import WORKS, Expects, Scene
from probe.lab.shop import hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The server ends the connection when it is asked for the root entry."""
    return _directory(stage, Answer(protocol="raw", body=b""))


def mended(stage: Stage) -> Scene:
    """The domain controller answers."""
    return _directory(stage, Answer(protocol="ldap", directory=controller()), WORKS)


def _directory(stage: Stage, answer: Answer, expects: Expects = Expects()) -> Scene:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=answer))
    options = ("--profile", "active-directory")
    return Scene(arguments=reach(port, stage.trust_file(made.root), *options, scheme="ldaps"), expects=expects)
