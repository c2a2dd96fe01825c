"""The endpoint sends another certificate than the file has."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.file_shop import FINE, look, parts
from probe.lab.pki import authority
from probe.lab.scene import NOTE, Scene
from probe.lab.shop import HOST, credentials
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Credentials, Serving
from probe.lab.traits import Traits


def _against(stage: Stage, shown: Credentials) -> tuple[str, ...]:
    port = stage.tls(Serving(credentials=(shown,)))
    return ("--against", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}")


def broken(stage: Stage) -> Scene:
    """The new certificate is in the file, and the endpoint still sends the old one."""
    made = parts()
    old = made.intermediate.issue(HOST, traits=Traits(starts=-60, ends=20))
    return look(stage, ("new.pem", made.chain + made.root.pem), options=_against(stage, credentials(old, made.intermediate)))


def mended(stage: Stage) -> Scene:
    """The endpoint sends the certificate that is in the file."""
    made = parts()
    return look(stage, ("new.pem", made.chain + made.root.pem), options=_against(stage, credentials(made.leaf, made.intermediate)), expects=FINE)


def out_of_date(stage: Stage) -> Scene:
    """The endpoint was renewed with the same key, and the file on hand is the old one."""
    made = parts()
    renewed = made.intermediate.issue(HOST, traits=replace(made.leaf.traits, starts=-1, key=made.leaf.key))
    return look(stage, ("partner.pem", made.chain + made.root.pem), options=_against(stage, credentials(renewed, made.intermediate)))


def other_names(stage: Stage) -> Scene:
    """The file belongs to another endpoint."""
    made = parts()
    other = made.intermediate.issue("mail.example")
    return look(stage, ("partner.pem", made.chain + made.root.pem), options=_against(stage, credentials(other, made.intermediate)))


def other_root(stage: Stage) -> Scene:
    """The file holds a root to which the endpoint's chain does not lead."""
    made = parts()
    return look(stage, ("root.pem", authority("Other Root CA").pem), options=_against(stage, credentials(made.leaf, made.intermediate)))


def shorter_chain(stage: Stage) -> Scene:
    """The endpoint sends the certificate of the file, without the intermediate that the file has."""
    made = parts()
    return look(stage, ("fullchain.pem", made.chain + made.root.pem), options=_against(stage, credentials(made.leaf)), expects=NOTE)


variants: dict[str, Callable[[Stage], Scene]] = {
    "out-of-date": out_of_date,
    "other-names": other_names,
    "other-root": other_root,
    "shorter-chain": shorter_chain,
}
