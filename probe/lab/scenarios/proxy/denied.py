"""The proxy does not allow the target."""

from probe.lab import proxy_server
from probe.lab.proxied_shop import proxied_shop, through
from probe.lab.scene import Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """An HTTP proxy answers 403."""
    return proxied_shop(stage, proxy_server.answers(403))


def mended(stage: Stage) -> Scene:
    """The proxy allows the target."""
    return through(stage)


def socks(stage: Stage) -> Scene:
    """A SOCKS proxy answers with code 2."""
    return proxied_shop(stage, proxy_server.socks_proxy(2), scheme="socks5h")


variants = {"socks": socks}
