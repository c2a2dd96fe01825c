"""A shop and a profile that expects something of it: what the profile says beside host and port is given as TOML tables."""

from probe.lab.pki import Issued
from probe.lab.scene import FAILS, Expects, Scene
from probe.lab.shop import HOST, Hierarchy, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Credentials, Serving

_HEAD = """schema = 1
id = "lab-expecting"
title = "A partner of the laboratory"
version = "1"
sources = ["the laboratory"]

[variables.uploaded]
type = "file"
required = false

[endpoints.shop]
host = "{host}"
port = {port}
direction = "{direction}"
{endpoint}
"""


def expecting(port: int, *tables: str, host: str = HOST, direction: str = "out", endpoint: str = "") -> str:
    """The profile; ``endpoint`` are further lines of its endpoint."""
    return "\n".join((_HEAD.format(host=host, port=port, direction=direction, endpoint=endpoint), *tables, ""))


def expecting_shop(
    stage: Stage,
    behaviour: Serving | Credentials | Hierarchy,
    trusted: Issued | None,
    *tables: str,
    options: tuple[str, ...] = (),
    direction: str = "out",
    expects: Expects = FAILS,
    host: str = HOST,
) -> Scene:
    """Open a shop and check it by the profile; ``trusted`` is ``None`` where the profile itself says what is."""
    shown = behaviour.whole if isinstance(behaviour, Hierarchy) else behaviour
    port = stage.tls(shown if isinstance(shown, Serving) else Serving(credentials=(shown,)))
    file = stage.write("partner.toml", expecting(port, *tables, host=host, direction=direction))
    trust = ("--trust", stage.trust_file(trusted)) if trusted else ()
    given = (f"https://{host}:{port}", "--connect", f"{LOOPBACK}:{port}", *trust, "--profile", str(file), *options)
    return Scene(arguments=given, expects=expects)


def expecting_usual(
    stage: Stage, *tables: str, expects: Expects, options: tuple[str, ...] = (), curve: str | None = None, names: tuple[str, ...] = ()
) -> Scene:
    """The same with the plain arrangement: a certificate for ``names``, a server that takes only this curve."""
    made = hierarchy(*(names or (HOST,)))
    return expecting_shop(stage, Serving(credentials=(made.whole,), curve=curve), made.root, *tables, options=options, expects=expects)
