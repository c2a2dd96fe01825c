"""The server shows another certificate than the expected one."""

from collections.abc import Callable
from hashlib import sha256

from probe.lab.expecting import expecting_shop
from probe.lab.pki import Issued, authority, self_signed
from probe.lab.scene import FAILS, NOTE, RISK, WORKS, Expects, Scene
from probe.lab.shop import HOST, Hierarchy, hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Credentials
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


def uploaded(stage: Stage) -> Scene:
    """The other side has on file what was served before a renewal."""
    made = hierarchy()
    return _uploaded(stage, made, made.intermediate.issue(HOST, traits=Traits(starts=-60, ends=30)), FAILS)


def uploaded_same(stage: Stage) -> Scene:
    """The other side has on file what is served."""
    made = hierarchy()
    return _uploaded(stage, made, made.leaf, WORKS)


def uploaded_known_issuer(stage: Stage) -> Scene:
    """What the other side has on file was renewed, by an authority of its own."""
    made = hierarchy()
    old = made.intermediate.issue(HOST, traits=Traits(starts=-60, ends=30))
    theirs = stage.trust_file(made.root, name="handed-out.pem")
    rule = f'[trust]\nstore = "files"\nfiles = ["{theirs}"]\npin_after_pkix = false'
    return expecting_shop(stage, made, None, rule, options=("--trust", theirs, "--uploaded", _file(stage, old)), direction="in", expects=NOTE)


def uploaded_perhaps_known(stage: Stage) -> Scene:
    """It was renewed by an authority that the user trusts; whether the other side knows it nobody says."""
    made = hierarchy()
    old = made.intermediate.issue(HOST, traits=Traits(starts=-60, ends=30))
    rule = "[trust]\npin_after_pkix = false"
    return expecting_shop(stage, made, made.root, rule, options=("--uploaded", _file(stage, old)), direction="in", expects=RISK)


def uploaded_self_signed(stage: Stage) -> Scene:
    """The certificate signed itself, and it is the very one that the other side has on file; its profile says that this is enough."""
    own = self_signed(HOST)
    shown = Credentials(chain=(own.der,), key=own.key)
    rule = "[trust]\npin_after_pkix = false"
    return expecting_shop(stage, shown, authority("Other Root CA"), rule, options=("--uploaded", _file(stage, own)), direction="in", expects=WORKS)


def too_early(stage: Stage) -> Scene:
    """The new certificate is served before the day on which the profile expects it."""
    made = hierarchy()
    return _around(stage, made, served=made.leaf, since="2999-01-01", expects=FAILS)


def switched(stage: Stage) -> Scene:
    """The new certificate is served after the day of the change."""
    made = hierarchy()
    return _around(stage, made, served=made.leaf, since="2001-01-01", expects=WORKS)


def key_of_profile(stage: Stage) -> Scene:
    """The profile expects a public key, and it is the one of another server."""
    made = hierarchy()
    other = hierarchy("other.example").leaf.certificate.read.key
    pin = sha256(other.spki if other else b"").hexdigest()
    return expecting_shop(stage, made, made.root, f'[[trust.pins]]\nkind = "spki"\nsha256 = "{pin}"')


def _uploaded(stage: Stage, made: Hierarchy, filed: Issued, expects: Expects) -> Scene:
    return open_shop(stage, made, made.root, options=("--uploaded", _file(stage, filed)), expects=expects)


def _around(stage: Stage, made: Hierarchy, *, served: Issued, since: str, expects: Expects) -> Scene:
    """Two certificates are expected, the present one until the day and the new one from it on."""
    old = made.intermediate.issue(HOST, traits=Traits(starts=-60, ends=30))
    digest, before = (sha256(one.der).hexdigest() for one in (served, old))
    pins = f'[[trust.pins]]\nsha256 = "{before}"\nuntil = "{since}"\n[[trust.pins]]\nsha256 = "{digest}"\nsince = "{since}"'
    return expecting_shop(stage, made, made.root, pins, expects=expects)


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
    "uploaded": uploaded,
    "uploaded-same": uploaded_same,
    "uploaded-known-issuer": uploaded_known_issuer,
    "uploaded-perhaps-known": uploaded_perhaps_known,
    "uploaded-self-signed": uploaded_self_signed,
    "too-early": too_early,
    "switched": switched,
    "key-of-profile": key_of_profile,
}
