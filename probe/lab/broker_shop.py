"""The usual arrangement for brokers: ``shop.example`` speaks MQTT inside TLS, and a client calls it with consent."""

from probe.lab.broker import House, broker
from probe.lab.pki import Issued
from probe.lab.scene import FAILS, Expects, Scene
from probe.lab.shop import hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving

CLIENT_ID = "press-4"


def broker_shop(
    stage: Stage,
    house: House,
    options: tuple[str, ...] = ("--allow-connect", "--client-id", CLIENT_ID),
    *,
    issuers: tuple[Issued, ...] = (),
    expects: Expects = FAILS,
    note: str = "",
) -> Scene:
    """Open a broker with a good certificate that behaves as ``house`` says. ``issuers`` are those of client certificates that it asks for (none: it does not)."""
    made = hierarchy()
    serving = Serving(credentials=(made.whole,), answer=broker(house), client="requested" if issuers else "none", client_unnamed=issuers)
    port = stage.tls(serving)
    return Scene(arguments=reach(port, stage.trust_file(made.root), *options, scheme="mqtts"), expects=expects, note=note)
