"""The few words of our own that more than one format needs, and times and durations as people read them."""

from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite

from probe.case.path import Objection, StackVerdict, Why
from probe.causes.words import Certainty, Effect, NotObserved
from probe.report import FoundText, RemedyStep, RemedyText, Result, Verdict

VERDICTS = {Verdict.WORKS: "works", Verdict.FAILS: "fails", Verdict.DEPENDS: "depends on the client", Verdict.UNDECIDED: "undecided"}
"""The verdict in a word or three; no format says it by colour alone."""

EFFECTS = {Effect.BREAKS: "breaks the connection", Effect.RISKS: "a risk", Effect.NOTE: "for information"}

FILE_VERDICTS = {Verdict.WORKS: "all fine", Verdict.FAILS: "problem found", Verdict.DEPENDS: "depends on the client", Verdict.UNDECIDED: "undecided"}
"""The same for inspected files, which do not work by themselves."""

CERTAINTIES = {Certainty.PROVEN: "proven", Certainty.LIKELY: "likely, not proven", Certainty.POSSIBLE: "possible"}

TONES = {"good": "ok", "bad": "PROBLEM", "warn": "LOOK", "missing": "MISSING", "note": "note"}
"""What the tone of a box or a bar says in a word."""

STATES = {"well": "ok", "problem": "PROBLEM", "unread": "not understood", "not done": "not done"}
"""What came of an application check, in a word or two."""

OBJECTIONS = {
    Why.ISSUER_UNKNOWN: "the issuer is known from nowhere",
    Why.NOT_TRUSTED: "the root is not in the trust store",
    Why.SELF_SIGNED: "the server's own certificate is self-signed and not trusted",
    Why.NOT_PRESENTED: "a certificate that is needed was not sent",
    Why.ISSUER_REKEYED: "the known issuer of that name has another key",
    Why.BAD_SIGNATURE: "a signature is wrong",
    Why.KEY_ID: "the key identifiers do not agree",
    Why.SIGNATURE_UNKNOWN: "a signature cannot be checked",
    Why.EXPIRED: "a certificate has expired",
    Why.NOT_YET_VALID: "a certificate is not valid yet",
    Why.NOT_A_CA: "an issuer is not a CA",
    Why.NO_CERT_SIGN: "an issuer's key may not sign certificates",
    Why.PATH_LENGTH: "the chain is longer than a CA allows",
    Why.NAME_CONSTRAINTS: "a name lies outside of what a CA may certify",
    Why.CRITICAL_EXTENSION: "a critical extension is not understood",
    Why.EKU: "a certificate is not meant for servers (extended key usage)",
    Why.KEY_USAGE: "the key may not be used for this (key usage)",
    Why.WEAK_KEY: "a key is too weak",
    Why.WEAK_SIGNATURE: "a signature algorithm is not accepted",
    Why.CURVE: "a key is on a curve that it does not know",
    Why.POLICY: "a certificate policy that a CA asks for is not there",
    Why.NO_SUBJECT: "a certificate has no subject",
    Why.EMPTY_CONSTRAINT: "a name constraint is empty",
    Why.UNREADABLE: "a certificate cannot be read",
}
"""Each objection to a chain in words that need no dictionary."""


def answer(result: Result) -> str:
    """The verdict in a word or three."""
    return (VERDICTS if result.inspection is None else FILE_VERDICTS)[result.verdict]


def effect(found: FoundText) -> str:
    """What a finding does, in a few words."""
    return "a problem" if found.effect is Effect.BREAKS and found.code.startswith("file.") else EFFECTS[found.effect]


def objection(one: Objection) -> str:
    """Say an objection with its facts."""
    return f"{OBJECTIONS[one.why]}: {'; '.join(one.facts)}" if one.facts else OBJECTIONS[one.why]


def tone(name: str) -> str:
    """Return ``name`` when it is a tone that a picture knows, else ``warn``."""
    return name if name in TONES else "warn"


def moment(when: datetime | None) -> str:
    """Write a time in UTC to the second; ``None`` is a time that could not be read."""
    if when is None:
        return "not readable"
    # A certificate may name the year 1 or 9999; its own zone is then as good as ours.
    with suppress(OverflowError):
        when = when.astimezone(UTC)
    return f"{when.replace(microsecond=0, tzinfo=None).isoformat(' ')} UTC"


def duration(seconds: float) -> str:
    """Write a span of time with two or three significant digits."""
    if not isfinite(seconds):
        return "unknown time"
    if abs(seconds) >= 100:
        return f"{seconds:.0f} s"
    if abs(seconds) >= 1:
        return f"{seconds:.3g} s"
    return f"{seconds * 1000:.0f} ms" if abs(seconds) >= 0.01 else f"{seconds * 1000:.2g} ms"


def remaining(end: datetime | None, now: datetime) -> str:
    """Say how far ``end`` lies from ``now`` in days, "" when it is not known."""
    if end is None:
        return ""
    days = int(abs((end - now).total_seconds()) // 86400)
    counted = "less than a day" if days == 0 else "1 day" if days == 1 else f"{days:,} days"
    return f"{counted} left" if end >= now else f"{counted} ago"


def accepts(stack: StackVerdict) -> str:
    """Say in a word or three what a client stack does, or what becomes of it."""
    if stack.unanswered:
        return "gets no answer"
    return ("gets no further" if stack.note else "saw no certificate") if stack.accepts is None else "accepts" if stack.accepts else "refuses"


def standing_in_the_way(stack: StackVerdict) -> tuple[str, ...]:
    """Return everything that one client stack stops at, a sentence each, in its order."""
    said = tuple(objection(one) for one in stack.objections)
    return (*said, "the name is not accepted") if stack.name_refused else said


def saving(result: Result, found: FoundText) -> list[str]:
    """Which certificates to save as which file before the commands of a finding are tried."""
    where = "the HTML report has it" if all(one.pem for one in result.certificates) else "left out of this report"
    numbered = [(name, ", ".join(str(number) for number in which), len(which) > 1) for name, which in found.saves if which]
    return [f"First save the PEM text of certificate{'s' if many else ''} {which} as {name} ({where})." for name, which, many in numbered]


def together(missed: tuple[NotObserved, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Group what could not be looked at by its reason: (reason, codes), in the order of first appearance."""
    found: dict[str, list[str]] = {}
    for one in missed:
        found.setdefault(one.why, []).append(one.code)
    return tuple((why, tuple(codes)) for why, codes in found.items())


def stages(codes: tuple[str, ...]) -> str:
    """Name codes in few words: each of a stage with up to three, otherwise how many of that stage there are."""
    found: dict[str, list[str]] = {}
    for one in codes:
        found.setdefault(one.partition(".")[0], []).append(one)
    return ", ".join(", ".join(these) if len(these) < 4 else f"{stage}.* ({len(these)})" for stage, these in found.items())


def platforms(remedy: RemedyText, most: int = 3) -> tuple[tuple[RemedyStep, ...], tuple[str, ...]]:
    """The steps of a remedy that a text shows, the first ``most``, and the names of the platforms that it only mentions. One left over is shown too."""
    if len(remedy.steps) <= most + 1:
        return remedy.steps, ()
    return remedy.steps[:most], tuple(one.platform for one in remedy.steps[most:])


def primary(result: Result) -> FoundText | None:
    """Return the finding that is the cause, with its evidence; ``None`` when there is no cause."""
    if result.cause is None:
        return None
    return next((one for one in result.findings if one.code == result.cause.code), None)


def others(result: Result) -> tuple[FoundText, ...]:
    """Return all findings but the cause: what breaks first, then risks, then notes, otherwise in the order given."""
    first = primary(result)
    order = list(Effect)
    return tuple(sorted((one for one in result.findings if one is not first), key=lambda one: order.index(one.effect)))
