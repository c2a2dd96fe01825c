"""Test and production mixed up: what the marks of a profile's environments tell."""

from probe.case.case import Case
from probe.case.environments import Mixed, titled
from probe.causes.words import Certainty, Effect, Evidence


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    agreement = case.observation.agreement
    if agreement is None:
        return "No profile was named (--profile), so there are no environments to tell apart."
    if not agreement.environment or len(agreement.environments) < 2:
        return f"The profile {agreement.profile} has no environments to tell apart."
    marked = [one for one in agreement.environments if any(getattr(one.marks, name) for name in KINDS)]
    return None if marked else f"The profile {agreement.profile} has no marks that tell its environments apart; probe profiles learn makes them."


KINDS = ("server_names", "issuer_regex", "subject_regex", "anchor_sha256", "client_issuer_regex")
SHOWN = 5


def certainty(mixed: Mixed) -> Certainty:
    """How sure it is: marks that nobody verified, or that others contradict, prove nothing."""
    return Certainty.PROVEN if mixed.verified and not mixed.contradicted else Certainty.LIKELY


def effect(mixed: Mixed) -> Effect:
    """What it does: as long as other marks speak for the right environment, it is a risk."""
    return Effect.RISKS if mixed.contradicted else Effect.BREAKS


def evidence(mixed: Mixed, at: str) -> tuple[Evidence, ...]:
    """One sentence for each mark, with its source where it was not verified."""
    return tuple(
        Evidence(
            says=f"{one.on[:1].upper()}{one.on[1:]} is a mark of {titled(mixed.met)}"
            + ("." if one.mark.verified else f", which was not verified{f' (source: {one.mark.source})' if one.mark.source else ''}."),
            at=at,
        )
        for one in mixed.hits[:SHOWN]
    )


def named(mixed: Mixed) -> str:
    """The first marks in words."""
    return " and ".join(dict.fromkeys(one.on for one in mixed.hits[:2]))
