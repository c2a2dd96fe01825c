"""The domain controller's certificate is for an alias, and not for the name that it gives itself."""

from probe.lab.answers import Answer, controller
from probe.lab.scene import RISK, WORKS, Scene
from probe.lab.shop import hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The certificate is for shop.example, and the controller calls itself dc1.shop.example."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="ldap", directory=controller("dc1.shop.example"))))
    return Scene(arguments=reach(port, stage.trust_file(made.root), scheme="ldaps"), expects=RISK)


def mended(stage: Stage) -> Scene:
    """The certificate is for both names."""
    made = hierarchy("dc1.shop.example", "shop.example")
    port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="ldap", directory=controller("dc1.shop.example"))))
    return Scene(arguments=reach(port, stage.trust_file(made.root), scheme="ldaps"), expects=WORKS)
