"""What decides between a box that does not like the ClientHello, large packets that are lost, and a peer that is merely silent."""

from dataclasses import replace

import pytest

from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts.observation import Attempt, Ending, Handshake, How, Observation
from probe.lab.scenario import scenario
from probe.lab.stage import Stage

SILENT = Ending(how=How.TIMED_OUT)


@pytest.fixture(scope="module")
def seen() -> Observation:
    """The ClientHello was reset; only the small one succeeded."""
    one = scenario("tls.hello-size")
    assert one
    with Stage() as stage:
        return observed(one.broken(stage).arguments)


def altered(seen: Observation, *succeeded: str, ordinary: Ending | None = None, segments: bool = False) -> Diagnosis:
    """The same with other questions that succeeded as the small one did, another end of the ordinary one, and small segments asked."""
    small = next(one for one in seen.attempts if one.question.name == "small-hello")

    def alter(one: Attempt) -> Attempt:
        if one.question.name in succeeded:
            return replace(one, steps=small.steps)
        if one.question.name == "ordinary" and ordinary:
            return replace(one, steps=tuple(replace(step, ending=ordinary) if isinstance(step, Handshake) else step for step in one.steps))
        return one

    more = (replace(small, question=replace(small.question, name="small-segments", groups=(), mss=536)),) if segments else ()
    return diagnose(replace(seen, attempts=(*(alter(one) for one in seen.attempts), *more)))


def code(found: Diagnosis) -> str:
    return found.cause.code if found.cause else ""


def test_the_pieces_are_told(seen: Observation) -> None:
    refused, answered = altered(seen), altered(seen, "hello-in-pieces")
    assert code(refused) == code(answered) == "tls.hello-size"
    assert refused.cause and "gets no answer either" in refused.cause.evidence[2].says
    assert answered.cause and "is answered too" in answered.cause.evidence[2].says


def test_another_large_hello_that_got_through_denies_it(seen: Observation) -> None:
    assert code(altered(seen, "legacy")) != "tls.hello-size"


def test_small_segments_make_it_a_matter_of_the_path(seen: Observation) -> None:
    found = altered(seen, "hello-in-pieces", ordinary=SILENT, segments=True)
    assert found.cause and code(found) == "tls.timeout" and "path MTU" in found.cause.summary
    assert [one.remedy.action for one in found.prescribed] == ["mend-path-mtu"]
    assert found.prescribed[0].proof and found.prescribed[0].proof.verdict == "works"


def test_both_remedies_are_there_and_the_first_is_proven(seen: Observation) -> None:
    found = altered(seen)
    assert [one.remedy.action for one in found.prescribed] == ["let-large-hello-pass", "send-small-hello"]
    assert found.prescribed[0].proof and found.prescribed[0].proof.verdict == "works"
