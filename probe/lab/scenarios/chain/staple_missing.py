"""The certificate demands a stapled OCSP answer, and none comes."""

from collections.abc import Callable

from probe.lab.revocation_shop import by_ocsp
from probe.lab.scene import RISK, Scene
from probe.lab.shop import credentials, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.status import Wish, answer


def broken(stage: Stage) -> Scene:
    """The certificate has the TLS feature status_request, and the server staples nothing."""
    made, _ = by_ocsp(stage, must_staple=True)
    return open_shop(stage, made, made.root, expects=RISK)


def mended(stage: Stage) -> Scene:
    """The server staples a fresh answer."""
    made, _ = by_ocsp(stage, must_staple=True)
    return working_shop(stage, credentials(made.leaf, made.intermediate, staple=answer(made.leaf)), made.root)


def expired(stage: Stage) -> Scene:
    """The server staples an answer that expired yesterday."""
    made, _ = by_ocsp(stage, must_staple=True)
    old = answer(made.leaf, Wish(starts=-72, ends=-24))
    return open_shop(stage, credentials(made.leaf, made.intermediate, staple=old), made.root, expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {"expired": expired}
