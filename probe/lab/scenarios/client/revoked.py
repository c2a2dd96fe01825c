"""The server finds the client certificate on a list of revoked ones."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.client_shop import FOR_CLIENTS, Partners, client_shop, files, partners, wanting
from probe.lab.microsoft import refusing
from probe.lab.pki import Issued
from probe.lab.scene import FAILS, RISK, WORKS, Expects, Scene
from probe.lab.stage import Stage
from probe.lab.status import Wish, answer, revocation_list


def broken(stage: Stage) -> Scene:
    """The list names it, and the server says so."""
    made = partners()
    own = made.direct()
    return client_shop(stage, replace(wanting(made.root), client_lists=(_listing(made.root, own),)), files(stage, own))


def mended(stage: Stage) -> Scene:
    """The list names another one."""
    made = partners()
    return client_shop(stage, replace(wanting(made.root), client_lists=(_listing(made.root, made.direct()),)), files(stage, made.direct()), expects=WORKS)


def page(stage: Stage) -> Scene:
    """The server has one page for every reason; asked, the authority says that it is revoked."""
    return _asked(stage, Wish(revoked=5, reason="superseded"), FAILS)


def let_in(stage: Stage) -> Scene:
    """The authority says that it is revoked, and the server does not look."""
    return _asked(stage, Wish(revoked=5), RISK, looks=False)


def asked_and_good(stage: Stage) -> Scene:
    """The authority says that it is good."""
    return _asked(stage, Wish(), WORKS, looks=False)


def on_the_list(stage: Stage) -> Scene:
    """The certificate names a list, on which it stands; the server refuses by a page."""
    made, web = partners(), stage.http()
    own = made.direct(replace(FOR_CLIENTS, crl=(web.url + "/clients.crl",)))
    web.put("/clients.crl", _listing(made.root, own), "application/pkix-crl")
    return _shown(stage, made, own, FAILS, looks=True)


def iis(stage: Stage) -> Scene:
    """IIS says so by the number of its page."""
    made = partners()
    own = made.direct()
    return client_shop(stage, refusing(own, "403.13"), files(stage, own))


def _asked(stage: Stage, wish: Wish, expects: Expects, *, looks: bool = True) -> Scene:
    made, web = partners(), stage.http()
    own = made.direct(replace(FOR_CLIENTS, ocsp=(web.url + "/ocsp",)))
    web.put("/ocsp", answer(own, wish), "application/ocsp-response")
    return _shown(stage, made, own, expects, looks=looks)


def _shown(stage: Stage, made: Partners, own: Issued, expects: Expects, *, looks: bool) -> Scene:
    wants = wanting(made.root, word="page")
    wants = replace(wants, client_lists=(_listing(made.root, own),)) if looks else wants
    return client_shop(stage, wants, (*files(stage, own, made.root), "--revocation", "soft"), expects=expects)


def _listing(issuer: Issued, revoked: Issued) -> bytes:
    return revocation_list(issuer, revoked)


variants: dict[str, Callable[[Stage], Scene]] = {"iis": iis, "page": page, "let-in": let_in, "asked-and-good": asked_and_good, "on-the-list": on_the_list}
