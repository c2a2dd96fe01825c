"""The client certificate is made for servers only."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.expecting import expecting_shop
from probe.lab.scene import FAILS, NOTE, WORKS, Expects, Scene
from probe.lab.shop import hierarchy
from probe.lab.stage import Stage
from probe.lab.traits import Traits

SERVER = Traits(common_name="partner.example", extended_key_usage=("server", "client"))
"""The certificate of the client's own server."""


def broken(stage: Stage) -> Scene:
    """Its extended key usage has serverAuth alone, and the server says so."""
    return _scene(stage, replace(FOR_CLIENTS, extended_key_usage=("server",)), "alert")


def mended(stage: Stage) -> Scene:
    """It is made for both."""
    made = partners()
    own = made.direct(replace(FOR_CLIENTS, extended_key_usage=("server", "client")))
    return client_shop(stage, wanting(made.root), files(stage, own), expects=WORKS)


def page(stage: Stage) -> Scene:
    """The server refuses by a page that stands for every reason."""
    return _scene(stage, replace(FOR_CLIENTS, extended_key_usage=("server",)), "page")


def key_usage(stage: Stage) -> Scene:
    """Its key may only decipher, not sign."""
    return _scene(stage, replace(FOR_CLIENTS, key_usage=("key_encipherment",)), "alert")


def uploaded(stage: Stage) -> Scene:
    """A profile says that a server's certificate cannot serve, and one for servers alone is named: it is not even sent."""
    return _own_server(stage, replace(SERVER, extended_key_usage=("server",)))


def uploaded_file(stage: Stage) -> Scene:
    """It is the very file that the other side has on file as the server's."""
    return _own_server(stage, SERVER, filed=True)


def perhaps_a_servers(stage: Stage) -> Scene:
    """It has no extended key usage and names a host: a hint at most."""
    return _own_server(stage, replace(SERVER, extended_key_usage=()), expects=NOTE)


def _own_server(stage: Stage, traits: Traits, *, filed: bool = False, expects: Expects = FAILS) -> Scene:
    made, shop = partners(), hierarchy()
    own = made.root.issue("partner.example", traits=traits)
    options = (*files(stage, own), *(("--uploaded", stage.chain_file(own.der, name="uploaded.pem")) if filed else ()))
    wants = replace(wanting(made.root), credentials=(shop.whole,))
    return expecting_shop(stage, wants, shop.root, '[client_certificate]\nserver_certificate = "refused"', options=options, expects=expects)


def _scene(stage: Stage, traits: Traits, word: str) -> Scene:
    made = partners()
    return client_shop(stage, wanting(made.root, word=word), files(stage, made.direct(traits)))


variants: dict[str, Callable[[Stage], Scene]] = {
    "page": page,
    "key-usage": key_usage,
    "uploaded": uploaded,
    "uploaded-file": uploaded_file,
    "perhaps-a-servers": perhaps_a_servers,
}
