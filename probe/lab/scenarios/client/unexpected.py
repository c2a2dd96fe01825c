"""The server demands a certificate of a caller that cannot present one."""

from collections.abc import Callable

from probe.lab.answers import Answer
from probe.lab.client_shop import client_shop, partners, wanting
from probe.lab.expecting import expecting_shop
from probe.lab.pki import Issued, authority
from probe.lab.reaction import Reaction
from probe.lab.scene import FAILS, NOTE, RISK, WORKS, Expects, Scene
from probe.lab.shop import hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving

FORBIDDEN = ("--client-auth", "forbidden")
RULES = '[client_certificate]\npolicy = "must-not-be-demanded"\nverified = false'


def broken(stage: Stage) -> Scene:
    """It refuses by an alert."""
    return client_shop(stage, wanting(partners().root), FORBIDDEN)


def mended(stage: Stage) -> Scene:
    """It does not ask."""
    return client_shop(stage, wanting(client="none"), FORBIDDEN, expects=WORKS)


def only_asks(stage: Stage) -> Scene:
    """It asks, and goes on without one: no fault, but worth to know."""
    return client_shop(stage, wanting(partners().root, client="requested"), FORBIDDEN, expects=NOTE)


def page(stage: Stage) -> Scene:
    """It refuses by a page."""
    return client_shop(stage, wanting(partners().root, word="page"), FORBIDDEN)


def other_authority(stage: Stage) -> Scene:
    """A known system calls; the server asks for certificates of another authority than that system's, and goes on without one."""
    return _called(stage, accepted=partners().root, expects=RISK)


def its_authority(stage: Stage) -> Scene:
    """The server asks for certificates of that system's authority, among others."""
    return _called(stage, accepted=None, expects=NOTE)


def nobody_named(stage: Stage) -> Scene:
    """The server asks and names nobody, which proves nothing."""
    made = hierarchy()
    serving = Serving(credentials=(made.whole,), reactions=(Reaction(answer=Answer()),))
    return expecting_shop(stage, serving, made.root, RULES, direction="in", expects=NOTE)


def demanded_of_its_authority(stage: Stage) -> Scene:
    """The server demands a certificate of that system's authority, which nobody knows it to present."""
    return _called(stage, accepted=None, client="required", expects=FAILS)


def _called(stage: Stage, *, accepted: Issued | None, expects: Expects, client: str = "requested") -> Scene:
    made, caller = hierarchy(), authority("Caller Root CA")
    named = (accepted or caller,)
    serving = Serving(credentials=(made.whole,), client=client, client_issuers=named)
    handed_out = stage.trust_file(made.root, caller, name="from-the-caller.pem")
    rules = f'[trust]\nstore = "files"\nfiles = ["{handed_out}"]\n{RULES}'
    return expecting_shop(stage, serving, made.root, rules, options=("--trust", handed_out), direction="in", expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "only-asks": only_asks,
    "page": page,
    "other-authority": other_authority,
    "its-authority": its_authority,
    "nobody-named": nobody_named,
    "demanded-of-its-authority": demanded_of_its_authority,
}
