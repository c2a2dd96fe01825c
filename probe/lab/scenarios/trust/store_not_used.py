"""The trust store in use lacks a root that others have."""

from collections.abc import Callable

from probe.formats.writing import pkcs12_trust_store
from probe.lab.pki import authority
from probe.lab.public import public_hierarchy, public_shop
from probe.lab.scene import FAILS, Scene
from probe.lab.shop import reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving

_OWN = "Corp Root CA"


def broken(stage: Stage) -> Scene:
    """The program trusts a private root only; the server's is a public one."""
    return public_shop(stage, public_hierarchy(), authority(_OWN), expects=FAILS)


def mended(stage: Stage) -> Scene:
    """The program trusts both."""
    made = public_hierarchy()
    return public_shop(stage, made, authority(_OWN), made.root)


def jssecacerts(stage: Stage) -> Scene:
    """A jssecacerts with a private root lies in the installed Java, and takes the place of its cacerts, which has the public one."""
    made = public_hierarchy()
    home = stage.folder / "jdk"
    security = home / "lib" / "security"
    security.mkdir(parents=True)
    (security / "cacerts").write_bytes(pkcs12_trust_store([made.root.certificate], "changeit"))
    (security / "jssecacerts").write_bytes(pkcs12_trust_store([authority(_OWN).certificate], "changeit"))
    port = stage.tls(Serving(credentials=(made.whole,)))
    listed = ("--public", stage.trust_file(made.root, name="public.pem"))
    return Scene(arguments=reach(port, f"java:{home}", *listed), expects=FAILS)


variants: dict[str, Callable[[Stage], Scene]] = {"jssecacerts": jssecacerts}
