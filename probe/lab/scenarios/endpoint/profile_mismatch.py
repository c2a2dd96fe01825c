"""The endpoint is otherwise than the profile of the system says."""

from collections.abc import Callable

from probe.lab.dns_server import Record, Zone
from probe.lab.expecting import expecting, expecting_shop, expecting_usual
from probe.lab.public import public_hierarchy
from probe.lab.scene import FAILS, RISK, WORKS, Scene
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

GROUPS = '[tls]\ngroups = ["secp384r1"]'
NAMES = '[names]\nexpect = ["www.shop.example"]'


def broken(stage: Stage) -> Scene:
    """Clients of the system can do one group of key agreement only, and the server takes only another one."""
    return expecting_usual(stage, GROUPS, curve="secp521r1", expects=FAILS)


def mended(stage: Stage) -> Scene:
    """The server takes that group."""
    return expecting_usual(stage, GROUPS, curve="secp384r1", expects=WORKS)


def also_taken(stage: Stage) -> Scene:
    """The server prefers another group, and takes the one of the profile where only that is offered."""
    return expecting_usual(stage, GROUPS, expects=WORKS)


def untried(stage: Stage) -> Scene:
    """The profile names a group that cannot be tried, and the server chose another one."""
    return expecting_usual(stage, '[tls]\ngroups = ["brainpoolP384r1tls13"]', expects=RISK)


def name(stage: Stage) -> Scene:
    """The certificate lacks a name that the profile expects besides."""
    return expecting_usual(stage, NAMES, expects=RISK)


def both_names(stage: Stage) -> Scene:
    """The certificate has it."""
    return expecting_usual(stage, NAMES, names=(HOST, "www.shop.example"), expects=WORKS)


def wildcard(stage: Stage) -> Scene:
    """Only a wildcard covers the name, and the profile says that those do not count."""
    made = hierarchy("*.shop.example")
    return expecting_shop(stage, made, made.root, "[names]\nwildcards = false", host="www.shop.example", expects=RISK)


def version(stage: Stage) -> Scene:
    """The user lets the client do more than the profile allows, and a newer version is negotiated."""
    return expecting_usual(stage, '[tls]\nmax = "TLSv1.2"', options=("--tls-min", "TLSv1.2"), expects=RISK)


def public(stage: Stage) -> Scene:
    """The chain ends at a public authority, and the profile says that the system has its own."""
    return _public(stage, "forbidden", listed=True)


def private(stage: Stage) -> Scene:
    """The chain ends at a private authority, and the profile says that it has to be a public one."""
    return _public(stage, "required", listed=False)


def public_required(stage: Stage) -> Scene:
    """The chain ends at a public authority, as the profile wants it."""
    return _public(stage, "required", listed=True)


def address(stage: Stage) -> Scene:
    """The name leads to an address that the profile does not list."""
    made = hierarchy()
    both = (LOOPBACK, "127.0.0.2")
    port = stage.tls_at(tuple((one, Serving(credentials=(made.whole,))) for one in both))
    zone = Zone(records=tuple(Record(name=HOST, type="A", value=one) for one in both))
    file = stage.write("partner.toml", expecting(port, endpoint=f'addresses = ["{LOOPBACK}"]'))
    target = (f"https://{HOST}:{port}", "--profile", str(file), "--resolver", stage.dns(zone))
    return Scene(arguments=(*target, "--trust", stage.trust_file(made.root)), expects=RISK)


def _public(stage: Stage, rule: str, *, listed: bool) -> Scene:
    made = public_hierarchy()
    public_list = ("--public", stage.trust_file(made.root if listed else hierarchy("other.example").root, name="public.pem"))
    expects = WORKS if (rule == "required") == listed else RISK
    return expecting_shop(stage, made, made.root, f'[trust]\npublic_ca = "{rule}"', options=public_list, expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "also-taken": also_taken,
    "untried": untried,
    "name": name,
    "both-names": both_names,
    "wildcard": wildcard,
    "version": version,
    "public": public,
    "private": private,
    "public-required": public_required,
    "address": address,
}
