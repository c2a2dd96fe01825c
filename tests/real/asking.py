"""One check of a real peer by the whole probe, and what is expected of its diagnosis."""

from probe.causes.catalogue import entry
from probe.causes.words import Certainty, Effect, Finding, Owner, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.report.compose import compose, exit_code


def check(*arguments: str) -> Diagnosis:
    """Check one target, given as a user types it after ``probe check``, and diagnose what was seen."""
    return diagnose(observed(arguments))


def at(port: int, *more: str, scheme: str = "https", host: str = "shop.example", address: str = "127.0.0.1") -> tuple[str, ...]:
    """The arguments for a name that is served by a port of this machine."""
    return (f"{scheme}://{host}", "--connect", f"{address}:{port}", *more)


def told(found: Diagnosis) -> str:
    """What was found, for the reader of a failed test."""
    findings = [f"{kind} {one.code} {one.effect} {one.certainty}: {one.summary}" for kind, group in _groups(found) for one in group]
    stacks = [f"{one.stack} accepts={one.accepts} {one.says}" for one in found.stacks]
    steps = [
        f"{attempt.address} {attempt.question.name}: {[(type(step).__name__, str(step.ending)) for step in attempt.steps]}"
        for attempt in found.case.observation.attempts
    ]
    return "\n".join(("", str(found.verdict), *findings, *stacks, *steps))


def assert_works(found: Diagnosis, *, risks: tuple[str, ...] = (), notes: tuple[str, ...] | None = None) -> None:
    """It works: exit code 0, nothing breaks, and only these risks (and, if given, only these notes) are told."""
    assert not found.defects, found.defects
    assert found.verdict is Verdict.WORKS and found.cause is None, told(found)
    assert exit_code(compose((found,))) == 0, told(found)
    assert _codes(found, Effect.BREAKS) == (), told(found)
    assert _codes(found, Effect.RISKS) == tuple(sorted(risks)), told(found)
    assert notes is None or _codes(found, Effect.NOTE) == tuple(sorted(notes)), told(found)


def assert_fails(
    found: Diagnosis,
    code: str,
    owner: Owner,
    certainty: Certainty = Certainty.PROVEN,
    *,
    verdict: Verdict = Verdict.FAILS,
    others: tuple[str, ...] = (),
    exit: int = 1,
) -> None:
    """The primary cause is this one, with this certainty and owner; besides it only ``others`` break anything."""
    assert not found.defects, found.defects
    assert found.cause is not None, told(found)
    known = entry(found.cause.code)
    assert known is not None
    assert (found.verdict, found.cause.code, found.cause.certainty, known.cause.owner) == (verdict, code, certainty, owner), told(found)
    assert exit_code(compose((found,))) == exit, told(found)
    assert _codes(found, Effect.BREAKS) == tuple(sorted((code, *others))), told(found)


def _groups(found: Diagnosis) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
    return (("counts", found.findings), ("explained", found.explained))


def _codes(found: Diagnosis, effect: Effect) -> tuple[str, ...]:
    return tuple(sorted(one.code for one in found.findings if one.effect is effect))
