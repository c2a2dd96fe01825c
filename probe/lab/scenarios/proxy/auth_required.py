"""The proxy wants a user name and a password."""

from probe.lab import proxy_server
from probe.lab.proxied_shop import proxied_shop, through
from probe.lab.scene import Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """An HTTP proxy answers 407."""
    return proxied_shop(stage, proxy_server.answers(407, ("Proxy-Authenticate", 'Basic realm="proxy"')))


def mended(stage: Stage) -> Scene:
    """The proxy takes everybody."""
    return through(stage)


def only_ntlm(stage: Stage) -> Scene:
    """The proxy takes the login of the desktop alone."""
    return proxied_shop(stage, proxy_server.answers(407, ("Proxy-Authenticate", "NTLM"), ("Proxy-Authenticate", "Negotiate")))


def socks(stage: Stage) -> Scene:
    """A SOCKS proxy finds no way to log in that was offered."""
    return proxied_shop(stage, proxy_server.socks_proxy(method=255), scheme="socks5h")


variants = {"only-ntlm": only_ntlm, "socks": socks}
