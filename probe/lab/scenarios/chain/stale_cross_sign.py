"""A cross-certificate among those sent leads to a dead end."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.scene import DEPENDS, FAILS, NOTE, RISK, Expects, Scene
from probe.lab.shop import Hierarchy, credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits

_OPENSSL = ("--as", "openssl")


def broken(stage: Stage) -> Scene:
    """Two certificates of the issuing CA are sent; OpenSSL takes the first, which leads to an old root that nobody trusts."""
    made = hierarchy()
    return _scene(stage, made, (_cross(made), made.intermediate), FAILS, _OPENSSL)


def mended(stage: Stage) -> Scene:
    """Only the one that leads to the trusted root is sent."""
    made = hierarchy()
    return working_shop(stage, made, made.root, options=_OPENSSL)


def all_clients(stage: Stage) -> Scene:
    """Java searches on and finds the other one."""
    made = hierarchy()
    return _scene(stage, made, (_cross(made), made.intermediate), DEPENDS)


def untrusted_second(stage: Stage) -> Scene:
    """The dead end comes second, which leads NSS astray."""
    made = hierarchy()
    return _scene(stage, made, (made.intermediate, _cross(made)), RISK)


def expired_first(stage: Stage) -> Scene:
    """The first of the two has expired, which stops GnuTLS."""
    made = hierarchy()
    return _scene(stage, made, (_cross(made, replace(AUTHORITY, ends=-30)), made.intermediate), RISK)


def expired_above(stage: Stage) -> Scene:
    """The root itself was cross-signed once, and that certificate has expired."""
    made = hierarchy()
    cross = authority("Lab Old Root CA", replace(AUTHORITY, starts=-4000, ends=-100)).cross_sign(made.root, replace(AUTHORITY, ends=-100))
    return _scene(stage, made, (made.intermediate, cross), NOTE)


def _cross(made: Hierarchy, traits: Traits | None = None) -> Issued:
    return authority("Lab Old Root CA").cross_sign(made.intermediate, traits)


def _scene(stage: Stage, made: Hierarchy, others: tuple[Issued, ...], expects: Expects, options: tuple[str, ...] = ()) -> Scene:
    return open_shop(stage, credentials(made.leaf, *others), made.root, expects=expects, options=options)


variants: dict[str, Callable[[Stage], Scene]] = {
    "all-clients": all_clients,
    "untrusted-second": untrusted_second,
    "expired-first": expired_first,
    "expired-above": expired_above,
}
