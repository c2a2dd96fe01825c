"""What a profile adds to the report of a call: whose call it was to be, what of that nobody has verified, and the words for whoever has to trust us."""

from probe.causes.words import Effect
from probe.diagnose import Diagnosis
from probe.facts.certificate import fingerprint, title
from probe.facts.profile import Agreement
from probe.report.checks import not_verified, profile_name

OURS = ("chain.root-untrusted", "chain.self-signed", "chain.pin-mismatch")
"""Findings after which the other side has to install what we hand over."""


def system(agreement: Agreement | None) -> tuple[tuple[str, str], ...]:
    """The profile, with what filled in, and what in it was not verified, as (label, value)."""
    if agreement is None:
        return ()
    lines = [("Profile", profile_name(agreement)), ("System", agreement.title)]
    if agreement.variables:
        lines.append(("Variables", ", ".join(f"{name}={value}" for name, value in agreement.variables)))
    return (*lines, *not_verified(agreement))


def handed(found: Diagnosis) -> tuple[tuple[str, str], ...]:
    """The message that goes with our certificate when the caller does not know it, in the words of the profile, as (heading, text)."""
    observation = found.case.observation
    agreement, leaf = observation.agreement, found.case.leaf
    handover = agreement.handover if agreement else None
    unknown = any(one.code in OURS and one.effect is Effect.BREAKS for one in found.findings)
    listening = found.case.target.listening
    if agreement is None or handover is None or leaf is None or not unknown or not handover.question_text or (listening and listening.temporary):
        return ()
    lines = [handover.question_text, "", f"Certificate: {title(leaf)}"]
    lines += [f"Issuer: {leaf.read.issuer.text}"] if leaf.read.issuer else []
    lines += [f"Valid: {leaf.read.not_before:%Y-%m-%d} to {leaf.read.not_after:%Y-%m-%d}"] if leaf.read.not_before and leaf.read.not_after else []
    lines += [f"{kind.upper().replace('SHA', 'SHA-')}: {fingerprint(leaf, kind)}" for kind in handover.fingerprints if kind in ("sha256", "sha1")]
    if not handover.verified:
        lines += ["", f"(That this is what has to be done was not verified{f'; source: {handover.source}' if handover.source else ''}.)"]
    return ((f"For {handover.recipient or agreement.title}", "\n".join(lines) + "\n"),)
