"""The usual arrangement: ``shop.example`` with a root, an intermediate and an end-entity certificate, reached on loopback."""

from probe.facts.noun import noun
from probe.lab.dns_server import Record, Zone
from probe.lab.manners import Manners
from probe.lab.pki import Issued, authority
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Credentials, Serving
from probe.lab.traits import Traits

HOST = "shop.example"
ROOT = "Lab Root CA"
INTERMEDIATE = "Lab Issuing CA"
GOOD_ZONE = Zone(records=(Record(name=HOST, type="A", value=LOOPBACK),))
"""A zone in which the shop is found on this machine."""


@noun
class Hierarchy:
    """A root, the intermediate below it, and the end-entity certificate below that."""

    root: Issued
    intermediate: Issued
    leaf: Issued

    @property
    def whole(self) -> Credentials:
        """What a server should send: its own certificate and the intermediate."""
        return credentials(self.leaf, self.intermediate)


def hierarchy(*names: str, root: Traits | None = None, intermediate: Traits | None = None, leaf: Traits | None = None) -> Hierarchy:
    """Make the three certificates; the end-entity's is for ``names``, or for ``shop.example``."""
    top = authority(ROOT, root)
    middle = top.intermediate(INTERMEDIATE, intermediate)
    return Hierarchy(root=top, intermediate=middle, leaf=middle.issue(*(names or (HOST,)), traits=leaf))


def credentials(leaf: Issued, *others: Issued, staple: bytes = b"") -> Credentials:
    """What a server sends: its own certificate, then the others in this order."""
    return Credentials(chain=(leaf.der, *(one.der for one in others)), key=leaf.key, staple=staple)


def reach(port: int, trust: str, *options: str, host: str = HOST, scheme: str = "https") -> tuple[str, ...]:
    """Give the arguments with which a user checks ``host`` on a port of 127.0.0.1, trusting the file ``trust``."""
    return (f"{scheme}://{host}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", trust, *options)


def open_shop(
    stage: Stage,
    behaviour: Serving | Credentials | Hierarchy,
    *trusted: Issued,
    options: tuple[str, ...] = (),
    host: str = HOST,
    expects: Expects = FAILS,
    note: str = "",
) -> Scene:
    """Open one TLS server for ``host`` and trust ``trusted``."""
    shown = behaviour.whole if isinstance(behaviour, Hierarchy) else behaviour
    port = stage.tls(shown if isinstance(shown, Serving) else Serving(credentials=(shown,)))
    return Scene(arguments=reach(port, stage.trust_file(*trusted), *options, host=host), expects=expects, note=note)


def working_shop(stage: Stage, behaviour: Serving | Credentials | Hierarchy, *trusted: Issued, options: tuple[str, ...] = (), host: str = HOST) -> Scene:
    """Open one TLS server for ``host`` that works."""
    return open_shop(stage, behaviour, *trusted, options=options, host=host, expects=WORKS)


def plain_shop(stage: Stage, how: Manners, options: tuple[str, ...] = (), expects: Expects = FAILS, note: str = "") -> Scene:
    """Open a server with a good certificate that begins in plain text, and behaves there as ``how`` says."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), plain=how))
    return Scene(arguments=reach(port, stage.trust_file(made.root), *options, scheme=how.protocol), expects=expects, note=note)


def healthy_shop(stage: Stage, options: tuple[str, ...] = ()) -> Scene:
    """Open the plain arrangement in which everything is right."""
    made = hierarchy()
    return working_shop(stage, made, made.root, options=options)


def resolved_shop(stage: Stage, zone: Zone, expects: Expects = FAILS, options: tuple[str, ...] = ()) -> Scene:
    """Open a healthy shop on 127.0.0.1 that is found by asking a DNS server which answers from ``zone``."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    arguments = (f"https://{HOST}:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(made.root), *options)
    return Scene(arguments=arguments, expects=expects)


def open_raw(stage: Stage, port: int, options: tuple[str, ...] = (), expects: Expects = FAILS, note: str = "") -> Scene:
    """Make the scene of a port that shows no certificate; some root is trusted all the same."""
    return Scene(arguments=reach(port, stage.trust_file(authority(ROOT)), *options), expects=expects, note=note)
