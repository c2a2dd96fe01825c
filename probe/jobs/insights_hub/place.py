"""Where the requests go: the gateway of a region, as the profile has it, or one that the user names."""

from urllib.parse import urlsplit

from probe.case.registration.remarks import Remark, note
from probe.case.registration.requests import PATH
from probe.facts.noun import noun
from probe.facts.registration import Registration
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.jobs.profile import find
from probe.jobs.target import Options, target

PROFILE = "insights-hub-mqtt"
STEPS = ("list", "upload", "code", "verify")
FORM = "Write https://HOST or https://HOST:PORT."


@noun
class Place:
    """A gateway: the target that is connected to, how it is called in sentences, and what stands before every path. ``remarks`` are about the choice."""

    target: Target
    name: str
    prefix: str
    registration: Registration
    remarks: tuple[Remark, ...] = ()


def place(region: str, gateway: str | None, options: Options) -> Place:
    """Find the gateway. ``options`` are trust, address and time. Raises ``Unusable``."""
    registration = find(PROFILE).ca_registration
    if registration is None or any(one not in {step.id for step in registration.steps} for one in STEPS):
        raise Unusable(f"The profile {PROFILE} does not say how an authority is registered.", "Use the one that is shipped, or complete your own.")
    if gateway is not None:
        return _named(gateway, options, registration)
    found = next((one for one in registration.gateways if one.region == region), None)
    if found is None:
        known = ", ".join(one.region for one in registration.gateways)
        raise Unusable(f"There is no region {region!r}.", f"Known are {known}. For others, and for private clouds, name the gateway with --gateway URL.")
    remarks = () if found.verified else (note(f"The gateway of {region}, {found.host}, was not verified ({found.source})."),)
    return Place(target=_target(f"https://{found.host}", options), name=found.host, prefix="", registration=registration, remarks=remarks)


def _named(gateway: str, options: Options, registration: Registration) -> Place:
    if not gateway.lower().startswith("https://"):
        raise Unusable("--gateway takes a URL that begins with https://, as the token must not travel in plain text.", FORM)
    found = _target(gateway, options)
    parts = urlsplit(gateway)
    prefix = parts.path.rstrip("/")
    if parts.query or parts.fragment or (prefix and not PATH.fullmatch(prefix)):
        raise Unusable("--gateway takes a host, a port and at most a path.", FORM)
    name = f"{found.host}:{found.port}" if found.port != 443 else found.host
    return Place(target=found, name=name, prefix=prefix, registration=registration)


def _target(url: str, options: Options) -> Target:
    return target(url, options)
