"""How far a registration has come, and how it goes on. Pure: reading and writing the file is somebody else's."""

from dataclasses import replace

from probe.facts.registration import Progress, Registered

SENT, UPLOADED, VERIFIED = "sent", "uploaded", "verified"


def at_gateway(progress: Progress, gateway: str) -> Registered | None:
    """What is known of one gateway."""
    return next((one for one in progress.registered if one.gateway == gateway), None)


def with_(progress: Progress, step: Registered) -> Progress:
    """The same with another step at its gateway."""
    return replace(progress, registered=(*(one for one in progress.registered if one.gateway != step.gateway), step))


def without(progress: Progress, gateway: str) -> Progress:
    """The same as if nothing had been begun at this gateway."""
    return replace(progress, registered=tuple(one for one in progress.registered if one.gateway != gateway))
