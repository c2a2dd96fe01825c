"""The CAA records leave out the authority that issued the certificate."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.dns_server import Record, Zone
from probe.lab.pki import AUTHORITY, authority
from probe.lab.public import PUBLIC_LEAF
from probe.lab.scene import RISK, WORKS, Expects, Scene
from probe.lab.shop import HOST, INTERMEDIATE, ROOT, Hierarchy, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

_KNOWN = "Let's Encrypt"
_OWN, _OTHER = "letsencrypt.org", "ca.example"


def broken(stage: Stage) -> Scene:
    """The zone names another authority."""
    return _scene(stage, RISK, f'0 issue "{_OTHER}"')


def mended(stage: Stage) -> Scene:
    """The zone names this authority too."""
    return _scene(stage, WORKS, f'0 issue "{_OTHER}"', f'0 issue "{_OWN}"')


def nobody(stage: Stage) -> Scene:
    """The zone lets nobody issue."""
    return _scene(stage, RISK, '0 issue ";"')


def wildcard(stage: Stage) -> Scene:
    """The certificate is for a wildcard, and for those the zone names another authority."""
    return _scene(stage, RISK, f'0 issue "{_OWN}"', f'0 issuewild "{_OTHER}"', host=f"www.{HOST}", names=(f"*.{HOST}",))


def above(stage: Stage) -> Scene:
    """The host has no records of its own; those of the domain above it count."""
    return _scene(stage, RISK, f'0 issue "{_OTHER}"', host=f"api.{HOST}", names=(f"api.{HOST}",))


def own_authority(stage: Stage) -> Scene:
    """The authority is an organization's own, which does not look at these records."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    return _asked(stage, port, made, WORKS, HOST, (f'0 issue "{_OTHER}"',))


def unknown_authority(stage: Stage) -> Scene:
    """By which name the authority knows itself is not known: nothing is decided."""
    return _scene(stage, WORKS, f'0 issue "{_OTHER}"', organization="Lab Public Authority")


def _scene(stage: Stage, expects: Expects, *values: str, host: str = HOST, names: tuple[str, ...] = (HOST,), organization: str = _KNOWN) -> Scene:
    root = authority(ROOT)
    middle = root.intermediate(INTERMEDIATE, replace(AUTHORITY, organization=organization))
    made = Hierarchy(root=root, intermediate=middle, leaf=middle.issue(*names, traits=PUBLIC_LEAF))
    port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
    return _asked(stage, port, made, expects, host, values, "--public", stage.trust_file(root, name="public.pem"))


def _asked(stage: Stage, port: int, made: Hierarchy, expects: Expects, host: str, values: tuple[str, ...], *options: str) -> Scene:
    records = tuple(Record(name=HOST, type="CAA", value=one) for one in values)
    zone = Zone(records=(*records, Record(name=host, type="A", value=LOOPBACK)))
    arguments = (f"https://{host}:{port}", "--resolver", stage.dns(zone), "--dns-records", "--trust", stage.trust_file(made.root), *options)
    return Scene(arguments=arguments, expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "nobody": nobody,
    "wildcard": wildcard,
    "above": above,
    "own-authority": own_authority,
    "unknown-authority": unknown_authority,
}
