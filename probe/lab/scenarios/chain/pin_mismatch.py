"""The server shows another certificate than the expected one."""

from collections.abc import Callable
from hashlib import sha256

from probe.lab.pki import Issued
from probe.lab.scene import FAILS, NOTE, WORKS, Expects, Scene
from probe.lab.shop import HOST, Hierarchy, hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def broken(stage: Stage) -> Scene:
    """The certificate was renewed with a new key, and the old one is still expected."""
    made = hierarchy()
    return _scene(stage, made, _file(stage, made.intermediate.issue(HOST, traits=Traits(starts=-60, ends=30))))


def mended(stage: Stage) -> Scene:
    """The expected certificate is the one that is sent."""
    made = hierarchy()
    return _scene(stage, made, _file(stage, made.leaf), WORKS)


def same_key(stage: Stage) -> Scene:
    """It was renewed with the same key."""
    made = hierarchy()
    return _scene(stage, made, _file(stage, made.intermediate.issue(HOST, traits=Traits(key=made.leaf.key, starts=-60, ends=30))))


def expired(stage: Stage) -> Scene:
    """The expected certificate has expired."""
    made = hierarchy()
    return _scene(stage, made, _file(stage, made.intermediate.issue(HOST, traits=Traits(starts=-90, ends=-1))))


def other_host(stage: Stage) -> Scene:
    """The expected certificate is that of another server."""
    made = hierarchy()
    return _scene(stage, made, _file(stage, made.intermediate.issue("www.partner.example")))


def issuer_expected(stage: Stage) -> Scene:
    """The expected certificate is the issuer's, which is sent too."""
    made = hierarchy()
    return _scene(stage, made, _file(stage, made.intermediate))


def by_fingerprint(stage: Stage) -> Scene:
    """Only a fingerprint is known, and it is another one."""
    return _scene(stage, hierarchy(), "AB" * 32)


def right_fingerprint(stage: Stage) -> Scene:
    """The fingerprint is the right one, written with colons."""
    made = hierarchy()
    return _scene(stage, made, sha256(made.leaf.der).digest().hex(":").upper(), WORKS)


def key_fingerprint(stage: Stage) -> Scene:
    """The fingerprint is that of the public key, and the key is the right one."""
    made = hierarchy()
    key = made.leaf.certificate.read.key
    return _scene(stage, made, sha256(key.spki if key else b"").hexdigest(), NOTE)


def _file(stage: Stage, one: Issued) -> str:
    return str(stage.write("pin.pem", one.pem))


def _scene(stage: Stage, made: Hierarchy, pin: str, expects: Expects = FAILS) -> Scene:
    return open_shop(stage, made, made.root, options=("--pin", pin), expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "same-key": same_key,
    "expired": expired,
    "other-host": other_host,
    "issuer-expected": issuer_expected,
    "by-fingerprint": by_fingerprint,
    "right-fingerprint": right_fingerprint,
    "key-fingerprint": key_fingerprint,
}
