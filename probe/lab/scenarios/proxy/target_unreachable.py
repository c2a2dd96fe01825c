"""The proxy does not reach the target."""

from probe.lab import proxy_server
from probe.lab.proxied_shop import proxied_shop, through
from probe.lab.scene import Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """An HTTP proxy answers 503, and the target answers everybody else."""
    return proxied_shop(stage, proxy_server.answers(503))


def mended(stage: Stage) -> Scene:
    """The proxy reaches the target."""
    return through(stage)


def nothing_there(stage: Stage) -> Scene:
    """The proxy answers 502, because nothing listens at the target."""
    return proxied_shop(stage, proxy_server.http_proxy, port=stage.closed_port())


def unknown_name(stage: Stage) -> Scene:
    """Squid does not find the name of the target."""
    return proxied_shop(stage, proxy_server.answers(503, ("X-Squid-Error", "ERR_DNS_FAIL 0")), port=stage.closed_port())


def socks(stage: Stage) -> Scene:
    """A SOCKS proxy answers with code 4."""
    return proxied_shop(stage, proxy_server.socks_proxy(4), scheme="socks5h")


variants = {"nothing-there": nothing_there, "unknown-name": unknown_name, "socks": socks}
