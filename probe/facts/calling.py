"""How a client would call a broker: what CONNECT would say, and whether the user allowed it. A password is nowhere in here."""

from probe.facts.certificate import Certificate
from probe.facts.noun import noun

MQTT_311, MQTT_5 = 4, 5
"""The protocol levels of CONNECT (MQTT 3.1.1 section 3.1.2.2, MQTT 5.0 section 3.1.2.2)."""
LEVELS = {MQTT_5: "5", MQTT_311: "3.1.1"}
"""What the versions are called."""


@noun
class Calling:
    """What is said in CONNECT. ``consented``: it may be sent at all, as it ends the connection of a running client with the same client ID.

    ``client_id`` is "" when none is known. ``own``: it was made up for this check, so that nobody else has it and no session of it is kept.
    ``levels`` are the protocol levels to speak, the first one first. ``user`` is the user name ("": none).
    ``registered`` is the authority that the other side lets clients in by, as far as the user has it as a file, which ``source`` names.
    """

    consented: bool = False
    client_id: str = ""
    own: bool = False
    levels: tuple[int, ...] = (MQTT_5, MQTT_311)
    user: str = ""
    registered: Certificate | None = None
    source: str = ""
