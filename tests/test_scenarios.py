"""The laboratory against the whole: broken gives exactly its cause, mended works, healthy oddities work, and replays say the same."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from probe.causes.words import Effect, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.facts.unusable import Unusable
from probe.lab.healthy import HEALTHY
from probe.lab.scenario import Scenario, all_scenarios
from probe.lab.scene import Scene
from probe.lab.shown import CODES, not_shown
from probe.lab.stage import Stage
from probe.render.json import render
from probe.report.compose import compose, exit_code
from tests.ahead import Ahead, ahead
from tests.facts.test_codec import observation as sample
from tests.silence import assert_nothing_missed

Opens = Callable[[Stage], Scene]


def cases() -> list[tuple[Scenario, str, Opens]]:
    found: list[tuple[Scenario, str, Opens]] = []
    for one in all_scenarios():
        found += [(one, "broken", one.broken), (one, "mended", one.mended), *((one, variant.name, variant.open) for variant in one.variants)]
    return found


EVERY = cases()
EMPTY = sample()
Seen = tuple[Scene, Observation | Unusable]


def looked_at(opens: Opens) -> Seen:
    """A scenario, and what was seen of it, or why it could not be looked at."""
    with Stage() as stage:
        scene = opens(stage)
        try:
            return scene, observed(scene.arguments, scene.command)
        except Unusable as refused:
            return scene, refused


@pytest.fixture(scope="module")
def look() -> Iterator[Ahead[Opens, Seen]]:
    with ahead(looked_at, [*(opens for _, _, opens in EVERY), *(opens for _, opens in HEALTHY)]) as results:
        yield results


def told(found: Diagnosis) -> str:
    """What was found, for a reader of a failed test."""
    lines = [f"{one.code} {one.effect} {one.certainty}: {one.summary}" for one in (*found.findings, *found.explained)]
    stacks = [f"{one.stack} {one.accepts} {one.says}" for one in found.stacks]
    return "\n".join((f"{found.verdict}", *lines, *stacks))


@pytest.mark.parametrize(("one", "name", "opens"), EVERY, ids=[f"{one.code}-{name}" for one, name, _ in EVERY])
def test_a_scenario_says_what_it_should(one: Scenario, name: str, opens: Opens, look: Ahead[Opens, Seen]) -> None:
    scene, observation = look(opens)
    if not scene.expects.verdict:
        assert isinstance(observation, Unusable)
        assert observation.says and observation.next_step
        return
    assert isinstance(observation, Observation), observation
    found = diagnose(observation)
    assert not found.defects
    assert_nothing_missed(observation)
    breaking = [finding.code for finding in found.findings if finding.effect is Effect.BREAKS]
    assert found.verdict == scene.expects.verdict, told(found)
    assert exit_code(compose((found,))) == scene.expects.exit
    if scene.expects.effect == "breaks":
        assert breaking == [one.code], told(found)
        assert found.cause and found.cause.code == one.code
    else:
        assert breaking == [], told(found)
        effects = {finding.code: finding.effect.value for finding in found.findings}
        assert effects.get(one.code, "") == scene.expects.effect, told(found)
    assert_replayable(observation, found)


@pytest.mark.parametrize(("name", "opens"), HEALTHY, ids=[name for name, _ in HEALTHY])
def test_a_healthy_endpoint_is_never_called_broken(name: str, opens: Opens, look: Ahead[Opens, Seen]) -> None:
    scene, observation = look(opens)
    assert isinstance(observation, Observation), observation
    found = diagnose(observation)
    assert_nothing_missed(observation)
    assert found.verdict is Verdict.WORKS, told(found)
    assert not [one for one in found.findings if one.effect is Effect.BREAKS], told(found)
    if scene.expects.effect != "risks":
        assert not [one for one in found.findings if one.effect is Effect.RISKS], told(found)


def test_every_code_is_shown_or_has_a_reason() -> None:
    shown = {one.code for one in all_scenarios()}
    reasons = dict(not_shown())
    assert shown | set(reasons) == set(CODES)
    assert not shown & set(reasons)


def assert_replayable(observation: Observation, found: Diagnosis) -> None:
    """The saved observation gives the same report to the byte, whatever libraries said, and every piece of evidence points at something."""
    report = render(compose((found,)))
    saved = codec.parse(Observation, codec.text(observation))
    assert render(compose((diagnose(saved),))) == report
    assert without_observation(noise(observation)) == without_observation(noise(observation, ""))
    document = codec.dump(observation)
    for finding in (*found.findings, *found.explained):
        assert finding.evidence, finding.code
        for evidence in finding.evidence:
            assert_resolves(document, evidence.at)


def without_observation(observation: Observation) -> str:
    """The JSON report, leaving out the observation itself, which repeats what libraries said."""
    report = compose((diagnose(observation),))
    return render(replace(report, results=tuple(replace(one, observation=EMPTY) for one in report.results)))


def assert_resolves(document: object, pointer: str) -> None:
    """The pointer leads to something in the document (RFC 6901)."""
    place = document
    for part in pointer.split("/")[1:]:
        place = place[int(part)] if isinstance(place, list) else place[part]  # type: ignore[index]  # an error here is the failed assertion
    assert place is not None


def noise(observation: Observation, word: str = "noise \u202e 40 certificate expired unknown ca") -> Observation:
    """The observation with every text of a library replaced."""
    return replace(
        observation,
        resolutions=tuple(replace(one, says=word) for one in observation.resolutions),
        attempts=tuple(replace(one, steps=tuple(replace(step, says=word) for step in one.steps)) for one in observation.attempts),
        fetches=tuple(replace(one, says=word) for one in observation.fetches),
    )
