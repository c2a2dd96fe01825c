"""A certificate is signed with a hash that clients refuse."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.pki import AUTHORITY, self_signed
from probe.lab.scene import DEPENDS, RISK, Scene
from probe.lab.shop import HOST, credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits

_RSA = replace(AUTHORITY, key="rsa-2048")


def broken(stage: Stage) -> Scene:
    """The server's own certificate is signed with MD5."""
    made = hierarchy(intermediate=_RSA, leaf=Traits(hash="md5"))
    return open_shop(stage, made, made.root)


def mended(stage: Stage) -> Scene:
    """It is signed with SHA-256."""
    made = hierarchy(intermediate=_RSA, leaf=Traits(hash="sha256"))
    return working_shop(stage, made, made.root)


def sha1(stage: Stage) -> Scene:
    """It is signed with SHA-1: OpenSSL refuses it, Java accepts it below a private root."""
    made = hierarchy(leaf=Traits(hash="sha1"))
    return open_shop(stage, made, made.root, expects=DEPENDS)


def trusted_by_itself(stage: Stage) -> Scene:
    """A self-signed certificate with MD5 that is in the trust store itself: nobody checks its signature, but Java does not offer MD5."""
    own = self_signed(HOST, traits=Traits(key="rsa-2048", hash="md5"))
    return open_shop(stage, credentials(own), own, expects=RISK)


variants: dict[str, Callable[[Stage], Scene]] = {"sha1": sha1, "trusted-by-itself": trusted_by_itself}
