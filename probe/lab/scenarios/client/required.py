"""The server demands a certificate of the client, and the client has none."""

from collections.abc import Callable

from probe.lab.answers import Answer
from probe.lab.microsoft import page
from probe.lab.pki import authority
from probe.lab.reaction import Reaction
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.shop import hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The server refuses by an alert, in TLS 1.3 after the handshake."""
    return _scene(stage, "required", FAILS)


def mended(stage: Stage) -> Scene:
    """The server asks for a certificate, but does without."""
    return _scene(stage, "requested", WORKS)


def tls12(stage: Stage) -> Scene:
    """The server speaks TLS 1.2 and refuses by an alert in the handshake."""
    return _scene(stage, "required", FAILS, tls_max="TLSv1.2")


def http_400(stage: Stage) -> Scene:
    """The server asks for a certificate in the handshake and refuses by an HTTP status, as nginx does."""
    page = b"<html><head><title>400 No required SSL certificate was sent</title></head></html>"
    return _scene(stage, "requested", FAILS, answer=Answer(status=400, body=page, content_type="text/html"))


def without_a_word(stage: Stage) -> Scene:
    """The server asks for a certificate in the handshake and then closes the connection, as slapd does."""
    return _scene(stage, "requested", FAILS, close_without_client=True)


def for_a_path(stage: Stage) -> Scene:
    """The server demands it only for a path, once the request has come, as Apache does; in TLS 1.3 it says so by a page."""
    return _scene(stage, "required", FAILS, late="/")


def for_a_path_tls12(stage: Stage) -> Scene:
    """The server demands it only for a path, in TLS 1.2 by a second handshake, which it ends with an alert."""
    return _scene(stage, "required", FAILS, tls_max="TLSv1.2", late="/")


def iis(stage: Stage) -> Scene:
    """IIS asks in the handshake and refuses by the page 403.7."""
    made = hierarchy()
    wants = Serving(credentials=(made.whole,), tls_max="TLSv1.2", reactions=(Reaction(answer=page("403.7")),))
    return open_shop(stage, wants, made.root)


def _scene(
    stage: Stage,
    client: str,
    expects: Expects,
    *,
    tls_max: str = "TLSv1.3",
    answer: Answer | None = None,
    close_without_client: bool = False,
    late: str = "",
) -> Scene:
    made = hierarchy()
    behaviour = Serving(
        credentials=(made.whole,),
        tls_max=tls_max,
        client=client,
        client_issuers=(authority("Partner Client CA"),),
        close_without_client=close_without_client,
        late=late,
        answer=answer or Answer(),
    )
    return open_shop(stage, behaviour, made.root, expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "iis": iis,
    "tls12": tls12,
    "http-400": http_400,
    "without-a-word": without_a_word,
    "for-a-path": for_a_path,
    "for-a-path-tls12": for_a_path_tls12,
}
