"""TLS works, and the directory hangs up on the search."""

from probe.lab.answers import Answer, controller
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.shop import hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The server ends the connection when it is asked for the root entry."""
    return _directory(stage, hangs_up=True, expects=FAILS)


def mended(stage: Stage) -> Scene:
    """The domain controller answers."""
    return _directory(stage, hangs_up=False, expects=WORKS)


def _directory(stage: Stage, hangs_up: bool, expects: Expects) -> Scene:
    made = hierarchy()
    answer = Answer(protocol="ldap", directory=controller())
    port = stage.tls(Serving(credentials=(made.whole,), answer=answer, close_without_client=hangs_up))
    options = ("--profile", "active-directory")
    return Scene(arguments=reach(port, stage.trust_file(made.root), *options, scheme="ldaps"), expects=expects)
