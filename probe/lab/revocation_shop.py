"""The shop, with an authority that can be asked whether its certificates are revoked."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.http_server import HttpServer
from probe.lab.pki import AUTHORITY
from probe.lab.shop import Hierarchy, hierarchy
from probe.lab.stage import Stage
from probe.lab.status import Wish, answer, revocation_list
from probe.lab.traits import Traits

LEAF_OCSP, MIDDLE_OCSP = "/ocsp/issuing", "/ocsp/root"
LEAF_CRL, MIDDLE_CRL = "/issuing.crl", "/root.crl"
SOFT, HARD = ("--revocation", "soft"), ("--revocation", "hard")


def by_ocsp(stage: Stage, leaf: Wish | None = None, middle: Wish | None = None, *, must_staple: bool = False) -> tuple[Hierarchy, HttpServer]:
    """Make the three certificates, the lower two with an OCSP URL, at which the answers are that ``leaf`` and ``middle`` wish for."""
    web = stage.http()
    own = Traits(ocsp=(web.url + LEAF_OCSP,), must_staple=must_staple)
    made = hierarchy(intermediate=replace(AUTHORITY, ocsp=(web.url + MIDDLE_OCSP,)), leaf=own)
    web.put(LEAF_OCSP, answer(made.leaf, leaf), "application/ocsp-response")
    web.put(MIDDLE_OCSP, answer(made.intermediate, middle), "application/ocsp-response")
    return made, web


def by_crl(stage: Stage, leaf: Callable[[Hierarchy], bytes] | None = None) -> tuple[Hierarchy, HttpServer]:
    """Make the same with lists in place of OCSP; ``leaf`` makes the one for the end-entity certificate, if it is not to be a good one."""
    web = stage.http()
    made = hierarchy(intermediate=replace(AUTHORITY, crl=(web.url + MIDDLE_CRL,)), leaf=Traits(crl=(web.url + LEAF_CRL,)))
    web.put(LEAF_CRL, leaf(made) if leaf else revocation_list(made.intermediate), "application/pkix-crl")
    web.put(MIDDLE_CRL, revocation_list(made.root), "application/pkix-crl")
    return made, web
