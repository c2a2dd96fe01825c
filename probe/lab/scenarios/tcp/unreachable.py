"""There is no way to the address."""

from probe.lab.backlog import UNREACHABLE
from probe.lab.pki import authority
from probe.lab.scene import Scene
from probe.lab.shop import HOST, ROOT, healthy_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The address is one to which the system refuses to connect; nothing is sent."""
    arguments = (f"https://{HOST}", "--connect", f"{UNREACHABLE}:443", "--trust", stage.trust_file(authority(ROOT)))
    return Scene(arguments=arguments)


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)
