"""The usual arrangement for brokers: ``shop.example`` speaks MQTT inside TLS, and a client calls it with consent."""

from probe.lab.broker import House, broker
from probe.lab.client_shop import files
from probe.lab.pki import Issued, authority
from probe.lab.scene import FAILS, Expects, Scene
from probe.lab.shop import HOST, hierarchy, reach
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

CLIENT_ID = "press-4"
NAMED = ("--allow-connect", "--client-id", CLIENT_ID)
REGISTERED = "Tenant CA"
"""What the authority of the devices is called."""

PROFILE = """
schema = 1
id = "lab-broker"
title = "Broker of the laboratory, which lets in what a registered authority signed"
version = "1"
sources = ["the laboratory"]

[variables.authority]
type = "file"
required = false
help = "The registered authority."

[endpoints.broker]
protocol = "mqtts"
host = "{host}"
port = {port}

[client_certificate]
policy = "required"
direct_issuer_only = true
registered = "{{authority}}"

[[checks]]
id = "connect"
title = "Connect as the device"
safe = false
consent = "connect"
side_effects = "disconnects a running device with the same client ID"
request = {{ mqtt = "connect", version = "3.1.1" }}
expect = [
  {{ connack = 0, proves = ["tcp", "tls", "client-cert", "app"] }},
  {{ connack = 5, cause = "app.mqtt-refused", proves = ["tcp", "tls"] }},
  {{ closed_after = "request", cause = "app.mqtt-refused", certainty = "likely", proves = ["tcp", "tls"] }},
]
"""
"""The profile that describes such a broker."""


def broker_shop(stage: Stage, house: House, options: tuple[str, ...] = NAMED, *, expects: Expects = FAILS, note: str = "") -> Scene:
    """Open a broker with a good certificate that behaves as ``house`` says."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=broker(house)))
    return Scene(arguments=reach(port, stage.trust_file(made.root), *options, scheme="mqtts"), expects=expects, note=note)


def device_shop(stage: Stage, house: House, chain: tuple[Issued, ...], registered: Issued | None, expects: Expects = FAILS) -> Scene:
    """Open a broker that wants the certificate of a device, of whatever authority; the check goes by its profile and names the file of ``registered``."""
    made = hierarchy()
    serving = Serving(credentials=(made.whole,), answer=broker(house), client="required", client_unnamed=(chain[-1],))
    port = stage.tls(serving)
    profile = stage.write("broker.toml", PROFILE.format(host=HOST, port=port))
    named = ("--var", f"authority={stage.trust_file(registered, name='authority.pem')}") if registered else ()
    where = (f"mqtts://{HOST}:{port}", "--profile", str(profile), "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(made.root))
    return Scene(arguments=(*where, *files(stage, *chain), *named, "--allow-connect"), expects=expects)


def tenant() -> Issued:
    """The authority of the devices. Each call makes another one of the same name."""
    return authority(REGISTERED)
