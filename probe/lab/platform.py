"""The partner platform as scenes: the application behind TLS, production and test with authorities of their own, and the command that checks it."""

from probe.lab.partner import PARTNER, Partner, application, profile
from probe.lab.pki import Issued, authority
from probe.lab.scene import FAILS, Expects, Scene
from probe.lab.shop import HOST, Hierarchy, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

TEST_HOST = "test.shop.example"


def other_hierarchy() -> Hierarchy:
    """The authorities of the test system and its server's certificate."""
    top = authority("Lab Test Root CA")
    middle = top.intermediate("Lab Test Issuing CA")
    return Hierarchy(root=top, intermediate=middle, leaf=middle.issue(TEST_HOST))


def platform(
    stage: Stage,
    partner: Partner | None = None,
    *,
    served: Hierarchy | None = None,
    trusted: Issued | None = None,
    identifier: str = PARTNER,
    client: tuple[str, ...] = (),
    issuers: tuple[Issued, ...] = (),
    options: tuple[str, ...] = (),
    expects: Expects = FAILS,
    host: str = HOST,
) -> Scene:
    """Open the platform and give the check of it with its profile. ``issuers`` are those of client certificates that it asks for (none: it does not ask)."""
    made = served or hierarchy(HOST)
    serving = Serving(credentials=(made.whole,), answer=application(partner or Partner()), client="requested" if issuers else "none", client_issuers=issuers)
    port = stage.tls(serving)
    file = stage.write("platform.toml", profile(port))
    arguments = (f"https://{host}:{port}", "--profile", str(file), "--env", "prod", "--var", f"partner={identifier}", "--connect", f"{LOOPBACK}:{port}")
    return Scene(arguments=(*arguments, "--trust", stage.trust_file(trusted or made.root), *client, *options), expects=expects)
