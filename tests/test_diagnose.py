"""Ranking, explaining, voting and proving."""

from dataclasses import replace

from probe.causes.words import Certainty, Effect, Finding, Verdict
from probe.diagnose import _explain, _rank, diagnose
from probe.facts.observation import Observation
from tests.test_plan import seen


def finding(code: str, effect: Effect = Effect.BREAKS, certainty: Certainty = Certainty.PROVEN, stacks: tuple[str, ...] = ()) -> Finding:
    return Finding(code=code, effect=effect, certainty=certainty, summary=code, stacks=stacks)


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in found]


def judged_as(observation: Observation, stack: str) -> Verdict:
    return diagnose(replace(observation, target=replace(observation.target, stack=stack))).verdict


def test_the_earliest_stage_comes_first_then_what_is_sure() -> None:
    found = [
        finding("app.http-status"),
        finding("name.mismatch"),
        finding("chain.expired", certainty=Certainty.LIKELY),
        finding("trust.anchor-expired"),
        finding("tls.version"),
        finding("endpoint.expires-soon", Effect.RISKS),
        finding("chain.extra", Effect.NOTE),
    ]
    assert codes(tuple(sorted([*found[3:], *found[:3]], key=_rank))) == [
        "tls.version",
        "trust.anchor-expired",
        "chain.expired",
        "name.mismatch",
        "app.http-status",
        "endpoint.expires-soon",
        "chain.extra",
    ]


def test_a_consequence_is_explained_and_what_is_not_stays() -> None:
    kept, explained = _explain((finding("name.mismatch"), finding("tls.sni-required"), finding("app.http-status")))
    assert codes(kept) == ["tls.sni-required", "app.http-status"]
    assert codes(explained) == ["name.mismatch"]


def test_what_is_only_possible_explains_nothing() -> None:
    kept, explained = _explain((finding("name.mismatch"), finding("tls.sni-required", certainty=Certainty.POSSIBLE)))
    assert len(kept) == 2 and explained == ()


def test_what_stops_one_stack_does_not_explain_what_stops_all() -> None:
    kept, explained = _explain((finding("trust.only-intermediate", stacks=("openssl",)), finding("chain.root-untrusted")))
    assert len(kept) == 2 and explained == ()
    kept, explained = _explain((finding("trust.only-intermediate", stacks=("openssl",)), finding("chain.root-untrusted", stacks=("openssl",))))
    assert codes(explained) == ["chain.root-untrusted"]


def test_stacks_that_disagree_make_it_depend_and_as_decides() -> None:
    observation = seen("trust.only-intermediate", "all-clients")
    assert diagnose(observation).verdict is Verdict.DEPENDS
    assert judged_as(observation, "java") is Verdict.WORKS
    assert judged_as(observation, "openssl") is Verdict.FAILS


def test_a_remedy_is_tried_and_what_remains_is_said() -> None:
    observation = seen("chain.intermediate-missing")
    (one,) = diagnose(observation).prescribed
    assert one.proof and one.proof.verdict is Verdict.WORKS
    # Without its anchor the full chain would still end nowhere.
    lost = diagnose(replace(observation, stores=tuple(replace(store, certificates=(), size=1) for store in observation.stores)))
    first = next(one for one in lost.prescribed if one.finding.code == "chain.intermediate-missing")
    assert first.proof and first.proof.verdict is Verdict.FAILS and first.proof.next_code == "chain.root-untrusted"


def test_several_faults_are_all_named_and_mended_together() -> None:
    observation = seen("chain.expired")
    named = replace(observation, target=replace(observation.target, name="other.example"))
    found = diagnose(named)
    assert codes(found.findings)[:2] == ["chain.expired", "name.mismatch"]
    proofs = [one.proof for one in found.prescribed if one.proof]
    assert proofs[0].next_code == "name.mismatch"
    assert proofs[1].verdict is Verdict.WORKS


def test_a_date_in_the_future_finds_what_will_end_first() -> None:
    observation = seen("chain.expired", "mended")
    later = replace(observation, target=replace(observation.target, at=observation.taken_at.replace(year=observation.taken_at.year + 1)))
    found = diagnose(later)
    assert found.cause and found.cause.code == "chain.expired"


def test_an_interrupted_check_is_undecided_not_fine() -> None:
    observation = seen("chain.expired", "mended")
    assert diagnose(observation).verdict is Verdict.WORKS
    assert diagnose(replace(observation, unfinished="interrupted")).verdict is Verdict.UNDECIDED
    assert diagnose(replace(observation, attempts=(), unfinished="interrupted")).verdict is Verdict.UNDECIDED
