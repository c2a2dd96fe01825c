"""From a case to a diagnosis: ask every cause, rank what they found, prove what would help.

Pure: the same observation gives the same diagnosis next year.
"""

from dataclasses import replace

from probe.case.altered import ALTERATIONS
from probe.case.case import Case, cases
from probe.case.checked import undecided
from probe.case.path import StackVerdict
from probe.causes.catalogue import STAGES, Answers, Entry, ask_all, entry
from probe.causes.words import Certainty, Effect, Finding, NotObserved, Verdict
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.remedies import Remedy, remedy

UNEVEN = "endpoint.inconsistent"
"""The cause that covers whatever only some addresses have; what to do about it is still said."""


@noun
class Proof:
    """What a second diagnosis says after a remedy, together with those before it, was applied to the saved facts."""

    verdict: Verdict
    next_code: str | None


@noun
class Prescribed:
    """A remedy for one finding. ``proof`` is ``None`` when it cannot be tried on saved facts."""

    remedy: Remedy
    finding: Finding
    proof: Proof | None


@noun
class Diagnosis:
    """What was found in one observation.

    ``cause`` is the primary finding, ``None`` when it works. ``findings`` are all that count by themselves, the primary first;
    ``explained`` those that are only consequences.
    ``case`` is the address that the cause was found at. ``only_at`` names for a code the addresses that have it, where others do not.
    """

    verdict: Verdict
    cause: Finding | None
    candidates: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    explained: tuple[Finding, ...]
    not_observed: tuple[NotObserved, ...]
    prescribed: tuple[Prescribed, ...]
    stacks: tuple[StackVerdict, ...]
    defects: tuple[tuple[str, str], ...]
    case: Case
    only_at: tuple[tuple[str, tuple[str, ...]], ...] = ()


def diagnose(observation: Observation, asked: tuple[Entry, ...] | None = None) -> Diagnosis:
    """Diagnose an observation. ``asked`` limits the catalogue (tests do)."""
    found = _judge(observation, asked)
    return replace(found, prescribed=_prescribe(observation, found, asked))


def _judge(observation: Observation, asked: tuple[Entry, ...] | None) -> Diagnosis:
    each = [(case, _ask(case, asked)) for case in cases(observation)]
    case, answers = _speaking(each)
    findings, explained = _explain(_merge(each, answers.findings), _everywhere(each))
    breaking = tuple(one for one in findings if one.effect is Effect.BREAKS)
    cause = breaking[0] if breaking else None
    return Diagnosis(
        verdict=_verdict(case, cause, breaking),
        cause=cause,
        candidates=_candidates(cause, findings),
        findings=findings,
        explained=explained,
        not_observed=answers.not_observed,
        prescribed=(),
        stacks=case.answers,
        defects=tuple(dict.fromkeys(one for _, answer in each for one in answer.defects)),
        case=case,
        only_at=_only_at(each),
    )


def _ask(case: Case, asked: tuple[Entry, ...] | None) -> Answers:
    if case.target.listening is None:
        return ask_all(case, asked)
    from probe.causes.called import ask_called  # a check needs none of it

    return ask_called(case)


def _only_at(each: list[tuple[Case, Answers]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each code that only some of several addresses have: which. What compares the addresses belongs to none of them."""
    found: dict[str, list[str]] = {}
    for case, answers in each:
        for code in dict.fromkeys(one.code for one in answers.findings if one.code != UNEVEN):
            found.setdefault(code, []).append(case.address or "")
    return tuple((code, tuple(places)) for code, places in found.items() if len(places) < len(each))


def _speaking(each: list[tuple[Case, Answers]]) -> tuple[Case, Answers]:
    """The address that speaks for the endpoint: the first where something breaks, but one that answered before one that did not."""

    def rank(one: tuple[Case, Answers]) -> tuple[bool, bool]:
        case, answers = one
        return (not case.connected, not any(finding.effect is Effect.BREAKS and not finding.code.startswith("endpoint.") for finding in answers.findings))

    return min(each, key=rank)


def _merge(each: list[tuple[Case, Answers]], speaking: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of the speaking address, and those that only other addresses have."""
    known = {one.code for one in speaking}
    others: dict[str, Finding] = {}
    for _, answers in each:
        for one in answers.findings:
            if one.code not in known:
                others.setdefault(one.code, one)
    return (*speaking, *others.values())


def _everywhere(each: list[tuple[Case, Answers]]) -> frozenset[str]:
    """The codes of what breaks at every address that answers: no other address would help."""
    if any(case.target.repeat > 1 for case, _ in each):
        # What the first of several tries met is no more than one of them.
        return frozenset()
    answering = [answers for case, answers in each if case.connected] or [answers for _, answers in each]
    breaking = [{one.code for one in answers.findings if one.effect is Effect.BREAKS} for answers in answering]
    return frozenset.intersection(*map(frozenset, breaking))


def _explain(found: tuple[Finding, ...], everywhere: frozenset[str] = frozenset()) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Divide the findings, ranked, into those that count by themselves and those that another one explains.

    What breaks only at some addresses is a part of their being uneven; when none is healthy, only that some do not even accept connections.
    """
    # What breaks at every address comes before what only some have.
    ranked = sorted(found, key=lambda one: (one.effect is not Effect.BREAKS, bool(everywhere) and one.code not in everywhere, _rank(one)))
    uneven = next((one for one in ranked if one.code == UNEVEN and one.effect is not Effect.NOTE), None)
    covered: dict[str, str] = {}
    for one in ranked:
        if one.code in covered or one.effect is not Effect.BREAKS or one.certainty is Certainty.POSSIBLE:
            continue
        known = entry(one.code)
        for code in known.cause.explains if known else ():
            if _covers(one, code, ranked):
                covered.setdefault(code, one.code)
    if uneven:
        some = [one.code for one in ranked if one is not uneven and one.effect is Effect.BREAKS and one.code not in everywhere]
        covered.update({code: uneven.code for code in some if uneven.effect is Effect.BREAKS or code.startswith("tcp.")})
    kept = tuple(one for one in ranked if one.code not in covered)
    return kept, tuple(one for one in ranked if one.code in covered)


def _covers(finding: Finding, code: str, ranked: list[Finding]) -> bool:
    """Whether a finding that stops some stacks really accounts for another one: it must stop every stack that the other one stops."""
    other = next((one for one in ranked if one.code == code), None)
    if other is None or other.effect is not Effect.BREAKS:
        return other is not None
    return not finding.stacks or (bool(other.stacks) and set(other.stacks) <= set(finding.stacks))


def _rank(one: Finding) -> tuple[int, int, int, int, str]:
    """Breaking before the rest, the earliest stage first, what is sure before what is likely, what stops every stack before what stops some."""
    effect = (Effect.BREAKS, Effect.RISKS, Effect.NOTE).index(one.effect)
    certainty = (Certainty.PROVEN, Certainty.LIKELY, Certainty.POSSIBLE).index(one.certainty)
    stage = one.code.partition(".")[0]
    place = STAGES.index("trust") if stage == "chain" else STAGES.index(stage)
    return (effect, place, certainty, bool(one.stacks), one.code)


def _verdict(case: Case, cause: Finding | None, breaking: tuple[Finding, ...]) -> Verdict:
    if cause is None and case.target.inspecting:
        return Verdict.WORKS
    if cause is None and case.target.listening:
        return Verdict.WORKS if case.call and case.call.exchange else Verdict.UNDECIDED
    if cause is None:
        seen = case.established and case.chain_accepted and not case.observation.unfinished
        return Verdict.WORKS if seen and undecided(case) is None else Verdict.UNDECIDED
    if cause.certainty is Certainty.POSSIBLE:
        return Verdict.UNDECIDED
    if any(not one.stacks for one in breaking):
        return Verdict.FAILS
    voting = {one.name for one in case.stacks}
    stopped = {name for one in breaking for name in one.stacks}
    return Verdict.FAILS if voting <= stopped else Verdict.DEPENDS


def _candidates(cause: Finding | None, findings: tuple[Finding, ...]) -> tuple[tuple[str, str], ...]:
    found = dict(cause.alternatives) if cause else {}
    for one in findings:
        if one is not cause and one.effect is not Effect.NOTE and one.certainty is Certainty.POSSIBLE:
            found.setdefault(one.code, one.summary)
    return tuple(found.items())


def _prescribe(observation: Observation, found: Diagnosis, asked: tuple[Entry, ...] | None) -> tuple[Prescribed, ...]:
    """The remedies in the order of the findings. Each that can be tried is, on top of those before it, and judged again."""
    prescribed: list[Prescribed] = []
    altered = observation
    seen: set[tuple[str, str]] = set()
    uneven = found.cause is not None and found.cause.code == UNEVEN
    for finding in (*found.findings, *(found.explained if uneven else ())):
        known = entry(finding.code)
        for position, action in enumerate((finding.actions or known.cause.actions) if known else ()):
            if (action, finding.summary) in seen or finding.effect is Effect.NOTE:
                continue
            seen.add((action, finding.summary))
            what = remedy(action)
            proof = None
            # What a caller trusts cannot be altered here: only its next call will tell.
            if what.proof and finding.effect is Effect.BREAKS and found.case.target.listening is None:
                changed = ALTERATIONS[what.proof](altered, finding.about, found.case.address)
                if changed is not None:
                    again = _judge(changed, asked)
                    proof = Proof(verdict=again.verdict, next_code=again.cause.code if again.cause else None)
                    # A second way to mend the same thing is an alternative, not a further step.
                    altered = changed if position == 0 else altered
            prescribed.append(Prescribed(remedy=what, finding=finding, proof=proof))
    return tuple(prescribed)
