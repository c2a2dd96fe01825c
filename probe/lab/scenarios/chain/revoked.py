"""A certificate of the chain has been revoked."""

from collections.abc import Callable

from probe.lab.pki import Issued
from probe.lab.revocation_shop import HARD, LEAF_OCSP, SOFT, by_crl, by_ocsp
from probe.lab.scene import NOTE, Scene
from probe.lab.shop import credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.status import Wish, answer, revocation_list
from probe.lab.traits import Traits

REVOKED = Wish(revoked=48, reason="keyCompromise")


def broken(stage: Stage) -> Scene:
    """The OCSP responder says that the server's certificate was revoked two days ago."""
    made, _ = by_ocsp(stage, leaf=REVOKED)
    return open_shop(stage, made, made.root, options=SOFT)


def mended(stage: Stage) -> Scene:
    """The OCSP responder says of both certificates that they are good."""
    made, _ = by_ocsp(stage)
    return working_shop(stage, made, made.root, options=HARD)


def in_list(stage: Stage) -> Scene:
    """The certificate is on the revocation list of its issuer."""
    made, _ = by_crl(stage, lambda made: revocation_list(made.intermediate, made.leaf, wish=REVOKED))
    return open_shop(stage, made, made.root, options=SOFT)


def stapled(stage: Stage) -> Scene:
    """The server itself staples the answer that its certificate is revoked."""
    made, _ = by_ocsp(stage)
    return open_shop(stage, credentials(made.leaf, made.intermediate, staple=answer(made.leaf, REVOKED)), made.root, options=SOFT)


def stapled_unasked(stage: Stage) -> Scene:
    """The same, but nobody asked for revocation: what the server itself says is worth a note."""
    made = hierarchy()
    return open_shop(stage, credentials(made.leaf, made.intermediate, staple=answer(made.leaf, REVOKED)), made.root, expects=NOTE)


def intermediate(stage: Stage) -> Scene:
    """The intermediate is revoked, the server's own certificate is not."""
    made, _ = by_ocsp(stage, middle=Wish(revoked=72, reason="cACompromise"))
    return open_shop(stage, made, made.root, options=SOFT)


def delegated(stage: Stage) -> Scene:
    """The answer is signed by a responder that the issuer entitled to."""
    made, web = by_ocsp(stage)
    responder: Issued = made.intermediate.issue(traits=Traits(common_name="Lab Responder", extended_key_usage=("ocsp",)))
    web.put(LEAF_OCSP, answer(made.leaf, Wish(revoked=48, signer=responder, by_name=True)), "application/ocsp-response")
    return open_shop(stage, made, made.root, options=SOFT)


variants: dict[str, Callable[[Stage], Scene]] = {
    "crl": in_list,
    "staple": stapled,
    "staple-unasked": stapled_unasked,
    "intermediate": intermediate,
    "delegated": delegated,
}
