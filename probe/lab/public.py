"""Authorities that count as public, as far as the laboratory can make them: their roots are in the list that ``--public`` names."""

from dataclasses import replace

from probe.lab.pki import AUTHORITY, Issued
from probe.lab.scene import WORKS, Expects, Scene
from probe.lab.shop import Hierarchy, hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits

PUBLIC_LEAF = Traits(starts=-1, ends=40, timestamps=True)
"""What a certificate of a public authority has: a short life and timestamps of a transparency log."""


def public_hierarchy(leaf: Traits | None = None, root: Traits | None = None) -> Hierarchy:
    """Make certificates as a careful public authority would."""
    return hierarchy(root=root or replace(AUTHORITY), leaf=leaf or PUBLIC_LEAF)


def public_shop(stage: Stage, made: Hierarchy, *trusted: Issued, expects: Expects = WORKS, options: tuple[str, ...] = ()) -> Scene:
    """Open a shop whose root is in the list of public authorities; trusted is what is given, or that root."""
    listed = ("--public", stage.trust_file(made.root, name="public.pem"))
    return open_shop(stage, made, *(trusted or (made.root,)), options=(*listed, *options), expects=expects)
