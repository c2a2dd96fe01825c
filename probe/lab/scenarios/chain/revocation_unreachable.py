"""Whether a certificate is revoked cannot be found out."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.answers import Answer
from probe.lab.pki import AUTHORITY
from probe.lab.revocation_shop import HARD, LEAF_CRL, LEAF_OCSP, SOFT, by_crl, by_ocsp
from probe.lab.scene import RISK, UNDECIDED, Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.status import Wish, answer, refusal, revocation_list
from probe.lab.traits import Traits

OCSP = "application/ocsp-response"


def broken(stage: Stage) -> Scene:
    """The OCSP responder and the list of the issuer lead to a port that refuses, and the client insists on an answer."""
    there = f"http://127.0.0.1:{stage.closed_port()}"
    made = hierarchy(leaf=Traits(ocsp=(f"{there}/ocsp",), crl=(f"{there}/issuing.crl",)))
    return open_shop(stage, made, made.root, options=HARD)


def mended(stage: Stage) -> Scene:
    """The responder gives answers that count."""
    made, _ = by_ocsp(stage)
    return working_shop(stage, made, made.root, options=HARD)


def list_instead(stage: Stage) -> Scene:
    """OCSP is out of order, but the list is there."""
    web = stage.http()
    made = hierarchy(leaf=Traits(ocsp=(web.url + LEAF_OCSP,), crl=(web.url + LEAF_CRL,)))
    web.put(LEAF_OCSP, refusal(), OCSP)
    web.put(LEAF_CRL, revocation_list(made.intermediate))
    return working_shop(stage, made, made.root, options=HARD)


def soft(stage: Stage) -> Scene:
    """The client goes on without an answer: a risk, no more."""
    made = hierarchy(leaf=Traits(ocsp=(f"http://127.0.0.1:{stage.closed_port()}/ocsp",)))
    return open_shop(stage, made, made.root, options=SOFT, expects=RISK)


def refusing(stage: Stage) -> Scene:
    """The responder answers tryLater."""
    return _saying(stage, lambda _made: refusal())


def status_404(stage: Stage) -> Scene:
    """Nothing is at the URL of the list."""
    made, web = by_crl(stage)
    web.put_answer(LEAF_CRL, Answer(status=404, body=b"gone\n"))
    return open_shop(stage, made, made.root, options=HARD)


def unknown(stage: Stage) -> Scene:
    """The responder does not know the certificate."""
    return _answering(stage, Wish(unknown=True))


def expired(stage: Stage) -> Scene:
    """The answer expired an hour ago."""
    return _answering(stage, Wish(starts=-25, ends=-1))


def expired_list(stage: Stage) -> Scene:
    """The list expired yesterday."""
    made, _ = by_crl(stage, lambda made: revocation_list(made.intermediate, wish=Wish(starts=-200, ends=-24)))
    return open_shop(stage, made, made.root, options=HARD)


def wrong_signer(stage: Stage) -> Scene:
    """The answer is signed by a certificate of the issuer that is not meant for that."""
    made, web = by_ocsp(stage)
    web.put(LEAF_OCSP, answer(made.leaf, Wish(signer=made.intermediate.issue("responder.example"))), OCSP)
    return open_shop(stage, made, made.root, options=HARD)


def wrong_signer_of_list(stage: Stage) -> Scene:
    """The list has the name of the issuer, but another key signed it."""
    made, web = by_crl(stage)
    web.put(LEAF_CRL, revocation_list(made.intermediate, wish=Wish(signer=made.root)))
    return open_shop(stage, made, made.root, options=HARD)


def other_certificate(stage: Stage) -> Scene:
    """The answer is a good one about another certificate."""
    return _saying(stage, lambda made: answer(made.intermediate.issue("other.example")))


def garbage(stage: Stage) -> Scene:
    """The responder answers with a web page."""
    return _saying(stage, lambda _made: b"<html><title>Welcome</title></html>")


def redirected_inside(stage: Stage) -> Scene:
    """The responder redirects to an address of somebody's inner network, which is not followed."""
    made, web = by_ocsp(stage)
    web.put_answer(LEAF_OCSP, Answer(status=302, fields=(("Location", "http://10.0.0.1/ocsp"),)))
    return open_shop(stage, made, made.root, options=HARD)


def intermediate(stage: Stage) -> Scene:
    """The list for the intermediate cannot be had; the server's certificate names no place to ask, as short-lived ones do."""
    made = hierarchy(intermediate=replace(AUTHORITY, crl=(f"http://127.0.0.1:{stage.closed_port()}/root.crl",)))
    return open_shop(stage, made, made.root, options=HARD)


def ldap_only(stage: Stage) -> Scene:
    """The certificate names its list by an ldap: URL alone, which the probe does not ask, and the client insists on an answer."""
    made = hierarchy(leaf=Traits(crl=("ldap:///CN=Lab%20Issuing%20CA,CN=CDP?certificateRevocationList?base",)))
    return open_shop(stage, made, made.root, options=HARD, expects=UNDECIDED)


def ldap_besides(stage: Stage) -> Scene:
    """The list is named by an ldap: URL and by an http: one; the latter answers."""
    web = stage.http()
    made = hierarchy(leaf=Traits(crl=("ldap:///CN=Lab%20Issuing%20CA,CN=CDP?certificateRevocationList?base", web.url + LEAF_CRL)))
    web.put(LEAF_CRL, revocation_list(made.intermediate))
    return working_shop(stage, made, made.root, options=HARD)


def nothing_offered(stage: Stage) -> Scene:
    """No certificate names a place to ask: that is no fault."""
    made = hierarchy()
    return working_shop(stage, made, made.root, options=HARD)


def _saying(stage: Stage, says: Callable[..., bytes]) -> Scene:
    made, web = by_ocsp(stage)
    web.put(LEAF_OCSP, says(made), OCSP)
    return open_shop(stage, made, made.root, options=HARD)


def _answering(stage: Stage, wish: Wish) -> Scene:
    made, _ = by_ocsp(stage, leaf=wish)
    return open_shop(stage, made, made.root, options=HARD)


variants: dict[str, Callable[[Stage], Scene]] = {
    "soft": soft,
    "refusing": refusing,
    "status-404": status_404,
    "unknown": unknown,
    "expired": expired,
    "expired-list": expired_list,
    "wrong-signer": wrong_signer,
    "wrong-signer-of-list": wrong_signer_of_list,
    "other-certificate": other_certificate,
    "garbage": garbage,
    "redirected-inside": redirected_inside,
    "intermediate": intermediate,
    "nothing-offered": nothing_offered,
    "list-instead": list_instead,
    "ldap-only": ldap_only,
    "ldap-besides": ldap_besides,
}
