"""The TLSA records are those of another certificate."""

from collections.abc import Callable
from hashlib import sha256

from probe.lab.dns_server import Record, Zone
from probe.lab.pki import Issued
from probe.lab.scene import NOTE, RISK, WORKS, Expects, Scene
from probe.lab.shop import GOOD_ZONE, HOST, Hierarchy, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving

_OLD = "ab" * 32


def broken(stage: Stage) -> Scene:
    """The certificate was renewed with a new key, the record was not; DNSSEC vouches for it."""
    return _scene(stage, RISK, hierarchy(), f"3 1 1 {_OLD}")


def mended(stage: Stage) -> Scene:
    """There is a record for the new key too."""
    made = hierarchy()
    return _scene(stage, WORKS, made, f"3 1 1 {_OLD}", f"3 1 1 {_key(made.leaf)}")


def unsigned(stage: Stage) -> Scene:
    """The zone is not signed, so that nobody counts the records."""
    return _scene(stage, NOTE, hierarchy(), f"3 1 1 {_OLD}", authentic=False)


def root_not_sent(stage: Stage) -> Scene:
    """The record names the root, which the server does not send."""
    made = hierarchy()
    return _scene(stage, RISK, made, f"2 0 1 {sha256(made.root.der).hexdigest()}")


def intermediate(stage: Stage) -> Scene:
    """The record names the intermediate, which the server sends."""
    made = hierarchy()
    return _scene(stage, WORKS, made, f"2 1 1 {_key(made.intermediate)}")


def unusable(stage: Stage) -> Scene:
    """The only record has numbers that mean nothing, and so expects nothing."""
    return _scene(stage, WORKS, hierarchy(), f"3 1 9 {_OLD}")


def _key(one: Issued) -> str:
    return sha256(one.certificate.read.key.spki if one.certificate.read.key else b"").hexdigest()


def _scene(stage: Stage, expects: Expects, made: Hierarchy, *values: str, authentic: bool = True) -> Scene:
    port = stage.tls(Serving(credentials=(made.whole,)))
    records = tuple(Record(name=f"_{port}._tcp.{HOST}", type="TLSA", value=one) for one in values)
    zone = Zone(records=(*GOOD_ZONE.records, *records), authentic=authentic)
    return Scene(arguments=(f"https://{HOST}:{port}", "--resolver", stage.dns(zone), "--dns-records", "--trust", stage.trust_file(made.root)), expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "unsigned": unsigned,
    "root-not-sent": root_not_sent,
    "intermediate": intermediate,
    "unusable": unusable,
}
