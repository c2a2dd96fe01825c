"""Strict verifiers refuse the chain."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY
from probe.lab.scene import NOTE, RISK, Scene
from probe.lab.shop import credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """No certificate of the chain has key identifiers."""
    above = replace(AUTHORITY, subject_key_id=False)
    made = hierarchy(root=above, intermediate=above, leaf=Traits(subject_key_id=False))
    return open_shop(stage, made, made.root, expects=RISK)


def mended(stage: Stage) -> Scene:
    """All have them."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def no_key_usage(stage: Stage) -> Scene:
    """The CA certificates have no key usage."""
    above = replace(AUTHORITY, key_usage=())
    made = hierarchy(root=above, intermediate=above)
    return open_shop(stage, made, made.root, expects=RISK)


def own_root(stage: Stage) -> Scene:
    """Only the root that the user trusts lacks a key usage and has uncritical basic constraints, as many home-made ones do."""
    made = hierarchy(root=replace(AUTHORITY, key_usage=(), ca_critical=False))
    return open_shop(stage, made, made.root, expects=NOTE)


def own_root_sent(stage: Stage) -> Scene:
    """The same, and the server sends the root along."""
    made = hierarchy(root=replace(AUTHORITY, key_usage=()))
    return open_shop(stage, credentials(made.leaf, made.intermediate, made.root), made.root, expects=NOTE)


def not_critical(stage: Stage) -> Scene:
    """The basic constraints of the CA certificates are not critical."""
    above = replace(AUTHORITY, ca_critical=False)
    made = hierarchy(root=above, intermediate=above)
    return open_shop(stage, made, made.root, expects=RISK)


def empty_subject(stage: Stage) -> Scene:
    """The server's certificate has an empty subject, and its subjectAltName is not critical."""
    made = hierarchy(leaf=Traits(common_name=""))
    return open_shop(stage, made, made.root, options=("--as", "openssl"), expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {
    "no-key-usage": no_key_usage,
    "own-root": own_root,
    "own-root-sent": own_root_sent,
    "not-critical": not_critical,
    "empty-subject": empty_subject,
}
