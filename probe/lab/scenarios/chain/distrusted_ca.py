"""The authority is one that some clients trust for old certificates only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from probe.lab.pki import AUTHORITY, authority
from probe.lab.public import PUBLIC_LEAF, public_hierarchy, public_shop
from probe.lab.scene import RISK, WORKS, Scene
from probe.lab.shop import Hierarchy, credentials, open_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits

_NAME, _ORGANIZATION = "Entrust Root Certification Authority - G2", "Entrust, Inc."
_BEFORE = datetime(2024, 11, 11, 12, tzinfo=UTC)


def broken(stage: Stage) -> Scene:
    """The root has the name of one that Java and Firefox distrust, and the certificate is a new one."""
    return public_shop(stage, _hierarchy(PUBLIC_LEAF), expects=RISK)


def mended(stage: Stage) -> Scene:
    """The certificate comes from another authority."""
    return public_shop(stage, public_hierarchy())


def issued_before(stage: Stage) -> Scene:
    """The certificate was issued on the last day that counts as before."""
    return public_shop(stage, _hierarchy(replace(PUBLIC_LEAF, now=_BEFORE, starts=0, ends=3650)), expects=WORKS)


def private_namesake(stage: Stage) -> Scene:
    """A private root has the same name, which proves nothing."""
    made = _hierarchy(PUBLIC_LEAF)
    return open_shop(stage, credentials(made.leaf, made.intermediate), made.root, expects=WORKS)


def _hierarchy(leaf: Traits) -> Hierarchy:
    root = authority(_NAME, replace(AUTHORITY, organization=_ORGANIZATION))
    middle = root.intermediate("Lab Issuing CA")
    return Hierarchy(root=root, intermediate=middle, leaf=middle.issue("shop.example", traits=leaf))


variants: dict[str, Callable[[Stage], Scene]] = {"issued-before": issued_before, "private-namesake": private_namesake}
