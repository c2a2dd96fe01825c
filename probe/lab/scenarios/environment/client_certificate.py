"""Production is meant, and the client certificate is one of the test system."""

from probe.lab.pki import Issued, authority
from probe.lab.platform import platform
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The client certificate was issued by the test system's authority for clients; it is named and not even sent."""
    return _scene(stage, authority("Lab Test Client CA"), FAILS)


def mended(stage: Stage) -> Scene:
    """The client certificate was issued by production's authority for clients."""
    return _scene(stage, authority("Lab Client CA"), WORKS)


def _scene(stage: Stage, issuer: Issued, expects: Expects) -> Scene:
    own = issuer.issue(traits=Traits(common_name="partner.example", extended_key_usage=("client",)))
    accepted = issuer if expects is WORKS else authority("Lab Client CA")
    files = ("--cert", str(stage.write("client.pem", own.pem)), "--key", stage.key_file(own.key, "client.key"))
    return platform(stage, client=files, issuers=(accepted,), expects=expects)
