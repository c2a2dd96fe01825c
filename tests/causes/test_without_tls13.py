"""What hangs up on TLS 1.3 and bears TLS 1.2: said, tried, and not said of what bears neither."""

from dataclasses import replace

import pytest

from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.facts.observation import Observation
from probe.lab.scenario import scenario
from probe.lab.stage import Stage

SAYS = "Limited to TLS 1.2 the handshake succeeds."


def seen(code: str, way: str = "") -> Observation:
    one = scenario(code)
    assert one
    opens = next((variant.open for variant in one.variants if variant.name == way), one.broken)
    with Stage() as stage:
        return observed(opens(stage).arguments)


@pytest.fixture(scope="module", params=["tls.closed", "tls.timeout"])
def limited(request: pytest.FixtureRequest) -> Observation:
    return seen(request.param, "without-tls-1.3")


def test_it_is_said_and_tried(limited: Observation) -> None:
    found = diagnose(limited)
    assert found.cause and found.cause.code in ("tls.closed", "tls.timeout")
    assert found.cause.summary.endswith(SAYS)
    assert "with TLS 1.3 in the offer none did" in found.cause.evidence[-1].says
    assert [one.remedy.action for one in found.prescribed] == ["find-box", "limit-to-tls12"]
    proof = found.prescribed[1].proof
    assert proof and proof.verdict is Verdict.WORKS


def test_it_is_not_said_when_a_repetition_succeeds_with_everything(limited: Observation) -> None:
    done = next(one for one in limited.attempts if one.question.name == "tls12")
    again = replace(done, question=replace(done.question, name="again-2", tls_max=None))
    found = diagnose(replace(limited, attempts=(*limited.attempts, again)))
    assert not any(SAYS in one.summary for one in (*found.findings, *found.explained))


@pytest.mark.parametrize("code", ["tls.closed", "tls.timeout"])
def test_it_is_not_said_of_what_bears_no_tls(code: str) -> None:
    found = diagnose(seen(code))
    assert found.cause and found.cause.code == code and SAYS not in found.cause.summary
    assert [one.remedy.action for one in found.prescribed] == ["find-box"]
