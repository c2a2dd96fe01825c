"""What answers is not the proxy that was meant."""

from probe.lab import proxy_server
from probe.lab.manners import Manners
from probe.lab.pki import authority
from probe.lab.proxied_shop import proxied_shop, through
from probe.lab.scene import Scene
from probe.lab.shop import HOST, ROOT, credentials, hierarchy, reach
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """A web server that knows no CONNECT answers 405."""
    return proxied_shop(stage, proxy_server.answers(405))


def mended(stage: Stage) -> Scene:
    """The proxy is one."""
    return through(stage)


def login_page(stage: Stage) -> Scene:
    """A guest network redirects to its login page."""
    return proxied_shop(stage, proxy_server.answers(302, ("Location", "http://login.hotel.example/?from=shop.example")))


def wants_tls(stage: Stage) -> Scene:
    """The proxy itself speaks TLS."""
    root = authority(ROOT)
    return proxied_shop(stage, stage.tls(Serving(credentials=(credentials(root.issue(HOST)),))))


def is_socks(stage: Stage) -> Scene:
    """A SOCKS proxy, spoken to in HTTP."""
    return proxied_shop(stage, proxy_server.socks_only)


def page_in_the_tunnel(stage: Stage) -> Scene:
    """It agrees to the tunnel and sends a page."""
    return proxied_shop(stage, proxy_server.consents(b"<html><title>Welcome</title></html>", ("Content-Type", "text/html")))


def words_held_back(stage: Stage) -> Scene:
    """It agrees to the tunnel, and hangs up on the plain words with which a database begins."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), plain=Manners(protocol="postgres")))
    proxy = f"http://{LOOPBACK}:{stage.raw(proxy_server.consents(b''))}"
    return Scene(arguments=reach(port, stage.trust_file(made.root), "--proxy", proxy, scheme="postgres"))


variants = {
    "login-page": login_page,
    "wants-tls": wants_tls,
    "is-socks": is_socks,
    "page-in-the-tunnel": page_in_the_tunnel,
    "words-held-back": words_held_back,
}
