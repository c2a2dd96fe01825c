"""The list against the laboratory: what check finds broken is never ready, what it finds working never fails, and every finding has its item."""

from collections.abc import Iterator

import pytest

from probe.causes.words import Effect, Verdict
from probe.diagnose import diagnose
from probe.facts.golive import Inspection, Look, Place, Seen
from probe.facts.observation import Observation
from probe.facts.unusable import Unusable
from probe.lab.healthy import HEALTHY
from probe.lab.scenario import Opens, all_scenarios
from probe.report.checklist import Checklist, Outcome, exit_code
from probe.report.golive import compose
from tests.ahead import Ahead, ahead
from tests.test_scenarios import Seen as Looked
from tests.test_scenarios import looked_at

pytestmark = pytest.mark.no_cover  # which lines run is measured where the same is done once: measuring them here again doubles the time
EVERY: list[tuple[str, Opens]] = [
    (f"{one.code}-{name}", opens)
    for one in all_scenarios()
    if not one.code.startswith("file.")
    for name, opens in (("broken", one.broken), ("mended", one.mended))
]


def listed(seen: Observation) -> Checklist:
    """The list that one observation makes."""
    look = Look(name=seen.target.host, observation=seen, ending=seen.unfinished)
    place = Place(name="one", direction="in" if seen.target.client_auth == "forbidden" else "out")
    return compose(Inspection(title="List", seen=(Seen(place=place, target=seen.target.spelled, looks=(look,)),), began=seen.taken_at, probe=seen.probe))


def told(found: Checklist) -> str:
    """What is not in order, for the reader of a failed test."""
    return "\n".join(f"{one.outcome} {one.id} {one.required} {one.code}: {one.says}" for one in found.items if one.outcome is not Outcome.PASS)


@pytest.fixture(scope="module")
def look() -> Iterator[Ahead[Opens, Looked]]:
    with ahead(looked_at, [opens for _, opens in (*EVERY, *HEALTHY)]) as results:
        yield results


@pytest.mark.parametrize(("name", "opens"), [*EVERY, *HEALTHY], ids=[name for name, _ in (*EVERY, *HEALTHY)])
def test_the_list_agrees_with_the_diagnosis(name: str, opens: Opens, look: Ahead[Opens, Looked]) -> None:
    scene, seen = look(opens)
    if not scene.expects.verdict:
        assert isinstance(seen, Unusable)
        return
    assert isinstance(seen, Observation), seen
    judged, found = diagnose(seen), listed(seen)
    failed = [one for one in found.items if one.outcome is Outcome.FAIL and one.required]
    if judged.verdict is Verdict.WORKS:
        # A list is stricter: an address that is dead, and another certificate than the pinned one, are faults before going live.
        assert not failed or {one.id for one in failed} <= {"tls", "pin"}, told(found)
    elif judged.verdict is Verdict.UNDECIDED:
        assert not found.ready and exit_code(found) in (1, 3), told(found)
    else:
        assert failed and exit_code(found) == 1, told(found)
    # Nothing that breaks or is a risk gets lost; what only follows from another fault may.
    codes = {fault.code for one in found.items for fault in one.faults}
    lost = {one.code for one in judged.findings if one.effect is not Effect.NOTE} - codes - {"endpoint.expires-soon"}
    assert not lost, (lost, told(found))
