"""What a profile says about somebody who calls us: under which name, what of ours is on file there, who the caller is, and what may not be demanded of it."""

from dataclasses import replace

from probe.facts.listening import OFF, REQUIRED
from probe.facts.noun import noun
from probe.facts.profile import Agreement, Endpoint, Profile
from probe.facts.target import Pin
from probe.facts.unusable import Unusable
from probe.jobs.pin import agreed
from probe.jobs.profile import find, variables
from probe.profiles.agree import agree, endpoints, environment, values

REFUSING = ("must-not-be-demanded", "forbidden")
"""Policies under which a caller that shows no certificate must be let in."""
ALONE = ("env", "endpoint", "var")
"""Options that mean nothing without a profile."""
OPEN = "{"
"""What is left of a variable that was not given."""


@noun
class ProfileWishes:
    """The options of ``listen`` that name a profile, as typed."""

    profile: str | None = None
    env: str | None = None
    endpoint: str | None = None
    var: tuple[str, ...] = ()


@noun
class Expected:
    """What is expected of the call: ``name`` under which we are called, ``pins`` what of ours is on file there, ``trust`` who issues the caller's certificate.

    ``notes`` are remarks for whoever waits.
    """

    agreement: Agreement
    name: str = ""
    pins: tuple[Pin, ...] = ()
    trust: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def expected(wishes: ProfileWishes, *, named: bool, request: str) -> Expected | None:
    """What the profile says; ``None`` when none is named. ``named``: the user says under which name we are called. Raises ``Unusable``."""
    if wishes.profile is None:
        if alone := next((one for one in ALONE if getattr(wishes, one)), ""):
            raise Unusable(f"--{alone} belongs to a profile, and none is named.", "Name one with --profile; probe profiles list shows them.")
        return None
    profile = find(wishes.profile)
    given = variables(wishes.var)
    known = values(profile, given)
    chosen = environment(profile, wishes.env)
    place = _calling(profile, endpoints(profile, chosen, wishes.endpoint) if wishes.endpoint else _all(profile, chosen.name if chosen else ""))
    # Nothing is asked of a caller, and which port we listen on is said by hand.
    made = agree(replace(profile, checks=()), chosen, place, known, own_trust=request == OFF, own_target=named, app=False)
    return Expected(
        agreement=made,
        name="" if OPEN in made.endpoint.host else made.endpoint.host,
        pins=agreed(made),
        trust=made.trust.files if request != OFF else (),
        variables=given,
        notes=(*profile.notes, *_demanding(made, request)),
    )


def _all(profile: Profile, chosen: str) -> tuple[Endpoint, ...]:
    return tuple(one for one in profile.endpoints if not one.environment or not chosen or one.environment == chosen)


def _calling(profile: Profile, usable: tuple[Endpoint, ...]) -> Endpoint:
    """The one endpoint that the other side calls."""
    found = [one for one in usable if one.direction == "in"]
    if not found:
        says = f"The profile {profile.id} is about what we call; nobody calls us there."
        raise Unusable(says, 'Name a profile with an endpoint that has direction = "in", such as hubject-partner-endpoint.')
    if len(found) > 1:
        raise Unusable(f"The profile {profile.id} has several endpoints that are called.", f"Name one: --endpoint {' or '.join(one.name for one in found)}")
    return found[0]


def _demanding(made: Agreement, request: str) -> tuple[str, ...]:
    rules = made.client_certificate
    if request != REQUIRED or rules.policy not in REFUSING:
        return ()
    doubt = "" if rules.verified else " (not verified)"
    return (f"{made.profile} says that no client certificate may be demanded{doubt}: required refuses such a caller; optional asks and lets it in.",)
