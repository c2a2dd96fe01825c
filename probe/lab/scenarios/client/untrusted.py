"""The client certificate comes from an authority that the server does not accept."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import CLIENT, FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.microsoft import refusing
from probe.lab.pki import authority, self_signed
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The server names its authority, and refuses another one's certificate by an alert after the handshake."""
    return _foreign(stage)


def mended(stage: Stage) -> Scene:
    """The certificate comes from the authority that the server names."""
    made = partners()
    return client_shop(stage, wanting(made.root), files(stage, made.direct()), expects=WORKS)


def tls12(stage: Stage) -> Scene:
    """The server speaks TLS 1.2 and refuses by an alert in the handshake."""
    return _foreign(stage, tls_max="TLSv1.2")


def page(stage: Stage) -> Scene:
    """The server lets the handshake succeed and refuses by a page, as nginx does."""
    return _foreign(stage, word="page")


def without_a_word(stage: Stage) -> Scene:
    """The server lets the handshake succeed and then closes the connection, as slapd does."""
    return _foreign(stage, word="close")


def optional(stage: Stage) -> Scene:
    """The server only asks for a certificate, and refuses one that it does not trust all the same."""
    return _foreign(stage, client="requested")


def signed_by_itself(stage: Stage) -> Scene:
    """The client certificate signed itself, and the server names nobody."""
    own = self_signed(CLIENT, traits=FOR_CLIENTS)
    return client_shop(stage, wanting(), files(stage, own))


def for_a_path(stage: Stage) -> Scene:
    """The server asks only for a path, after the handshake of TLS 1.3, and refuses by an alert."""
    return _foreign(stage, late="/")


def for_a_path_tls12(stage: Stage) -> Scene:
    """The server asks only for a path, by a second handshake of TLS 1.2: whom it accepts is not seen."""
    return _foreign(stage, late="/", tls_max="TLSv1.2")


def iis(stage: Stage) -> Scene:
    """IIS does not trust the authority, and says so by the number of its page."""
    own = authority("Other Client CA").issue(CLIENT, traits=FOR_CLIENTS)
    return client_shop(stage, refusing(own, "403.16"), files(stage, own))


def _foreign(stage: Stage, *, client: str = "required", word: str = "alert", tls_max: str = "TLSv1.3", expects: Expects = FAILS, late: str = "") -> Scene:
    other = authority("Other Client CA")
    own = other.issue(CLIENT, traits=FOR_CLIENTS)
    wants = replace(wanting(partners().root, client=client, word=word), tls_max=tls_max, late=late)
    return client_shop(stage, wants, files(stage, own, other), expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "iis": iis,
    "tls12": tls12,
    "page": page,
    "without-a-word": without_a_word,
    "optional": optional,
    "for-a-path": for_a_path,
    "for-a-path-tls12": for_a_path_tls12,
    "self-signed": signed_by_itself,
}
