"""The domain controller has no certificate and hangs up; in plain text it answers."""

from collections.abc import Callable
from functools import partial

from probe.lab import raw_server
from probe.lab.answers import Answer, controller
from probe.lab.listener import Talk
from probe.lab.pki import authority
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import ROOT, hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """Port 636 closes after the ClientHello, port 389 says that it is a domain controller."""
    return _controller(stage, raw_server.close_after_hello)


def mended(stage: Stage) -> Scene:
    """The controller has a certificate for its full name."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), client="requested", answer=Answer(protocol="ldap", directory=controller())))
    options = ("--ldap-port", str(stage.raw(partial(raw_server.plain_ldap, directory=controller()))))
    return Scene(arguments=reach(port, stage.trust_file(made.root), *options, scheme="ldaps"), expects=WORKS)


def reset(stage: Stage) -> Scene:
    """Port 636 resets the connection."""
    return _controller(stage, raw_server.reset_after_hello)


def _controller(stage: Stage, talk: Talk) -> Scene:
    options = ("--ldap-port", str(stage.raw(partial(raw_server.plain_ldap, directory=controller()))))
    return Scene(arguments=reach(stage.raw(talk), stage.trust_file(authority(ROOT)), *options, scheme="ldaps"))


variants: dict[str, Callable[[Stage], Scene]] = {"reset": reset}
