"""Two addresses of one name, of which one answers that the machine behind it is gone."""

import pytest

from probe.causes.words import Effect
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.lab.answers import Answer
from probe.lab.dns_server import Record, Zone
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def judged(scheme: str, *statuses: int) -> Diagnosis:
    places = ("127.0.0.1", "127.0.0.2")
    with Stage() as stage:
        made = hierarchy()
        port = stage.tls_at(
            tuple((one, Serving(credentials=(made.whole,), answer=Answer(status=status))) for one, status in zip(places, statuses, strict=True))
        )
        zone = Zone(records=tuple(Record(name=HOST, type="A", value=one) for one in places))
        return diagnose(observed((f"{scheme}{HOST}:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(made.root))))


@pytest.mark.parametrize("scheme", ["https://", ""])
def test_an_answer_of_http_counts_whether_or_not_the_protocol_was_named(scheme: str) -> None:
    found = judged(scheme, 200, 503)
    (uneven,) = [one for one in found.findings if one.code == "endpoint.inconsistent"]
    assert uneven.effect is Effect.BREAKS and "127.0.0.2 answers HTTP 503" in uneven.summary


@pytest.mark.parametrize("statuses", [(200, 200), (200, 404), (503, 503)])
def test_what_is_equal_or_differs_for_good_reasons_is_not_uneven(statuses: tuple[int, int]) -> None:
    assert "endpoint.inconsistent" not in [one.code for one in judged("", *statuses).findings]
