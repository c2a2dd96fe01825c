"""The whole laboratory through the advice: what is healthy gets its root, what is broken in itself is never papered over, and nothing crashes or takes long."""

import time
from collections.abc import Iterator

import pytest

from probe.case.choices import Choices
from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.facts import codec
from probe.facts.observation import Observation
from probe.lab.pki import Issued, authority
from probe.lab.scenario import Opens, all_scenarios
from probe.lab.shop import HOST, credentials, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.render import advice_html, advice_json, advice_markdown, advice_terminal
from probe.report.advice import Advice, AdviceReport
from probe.report.advise import advise
from tests.ahead import Ahead, ahead
from tests.test_scenarios import Seen, looked_at

pytestmark = pytest.mark.no_cover  # which lines run is measured where the same is done once: measuring them here again doubles the time
STAGES = ("chain.", "trust.", "name.", "endpoint.", "file.", "tls.")
BROKEN = ("bad-signature", "critical-extension", "eku", "expired", "issuer-rekeyed", "name-constraints", "not-a-ca", "not-yet-valid", "path-length", "revoked")
FAULTY = tuple(f"chain.{one}" for one in BROKEN)
EVERY = [
    (one.code, name, opens)
    for one in all_scenarios()
    if one.code.startswith(STAGES)
    for name, opens in (("broken", one.broken), ("mended", one.mended), *((variant.name, variant.open) for variant in one.variants))
]


def rendered(found: Advice) -> str:
    report = AdviceReport(advices=(found,), made_by="probe")
    texts = [one.render(report) for one in (advice_html, advice_json, advice_markdown)]
    return "".join((*texts, advice_terminal.render(report, colour=True, width=80)))


@pytest.fixture(scope="module")
def look() -> Iterator[Ahead[Opens, Seen]]:
    with ahead(looked_at, [opens for _, _, opens in EVERY]) as results:
        yield results


@pytest.mark.parametrize(("code", "name", "opens"), EVERY, ids=[f"{code}-{name}" for code, name, _ in EVERY])
def test_a_scenario_gets_fitting_advice(code: str, name: str, opens: Opens, look: Ahead[Opens, Seen]) -> None:
    scene, seen = look(opens)
    if not scene.expects.verdict:
        assert scene.expects.exit == 2
        return
    assert isinstance(seen, Observation), seen
    found = advise(seen)
    assert rendered(found) and found == advise(codec.parse(Observation, codec.text(seen)))
    if name == "mended" and code.startswith(("chain.", "name.", "trust.")):
        assert found.verdict is Verdict.WORKS and found.best and found.best.kind == ("leaf" if code == "chain.self-signed" else "root"), found.sentence
    if found.best and not code.startswith("file."):
        # Whoever takes the advice gets what it promises: judged again, with nothing else trusted.
        choices = Choices(seen)
        assert choices.best and choices.best.trusting
        assert found.verdict is not Verdict.WORKS or choices.best.accepting >= {one.name for one in choices.stacks}
    if name == "broken" and code in FAULTY:
        assert found.verdict is Verdict.FAILS and found.best is None and not found.ticket and not found.platforms, found.sentence


def mesh(size: int) -> tuple[Issued, tuple[Issued, ...]]:
    """An end-entity certificate below authorities that all sign one another."""
    tops = [authority(f"Mesh {number}") for number in range(size)]
    crossed = [one.cross_sign(other) for one in tops for other in tops if one is not other]
    return crossed[0].issue(HOST), tuple(crossed)


def test_a_mesh_of_authorities_takes_seconds_at_most() -> None:
    leaf, crossed = mesh(8)
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(leaf, *crossed),)))
        seen = observed(reach(port, "none", "--no-fetch"))
    began = time.process_time()
    found = advise(seen)
    assert time.process_time() - began < 20 and len(found.choices) < 30
    assert found.sentence
