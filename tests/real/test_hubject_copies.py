"""Copies of Hubject's double behind a real nginx: the whole check with profile, client certificate and answers of the application."""

import pytest

from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.lab.reproduce import reproduce
from probe.lab.stage import Stage
from tests.lab.test_reproduce import essence
from tests.real.asking import told
from tests.real.test_hubject import OTHERS, Double, double  # noqa: F401  # a fixture

ASKED = {
    "well": ("qa", {}),
    "tls12": ("tls12", {"provider": OTHERS}),
    "not-on-file": ("qa", {"provider": OTHERS}),
    "unknown": ("qa", {"provider": "DE*LAB"}),
    "soap": ("soap", {"provider": OTHERS}),
    "without": ("qa", {"client": ()}),
    "production": ("prod", {"env": "prod"}),
    "other-environment": ("qa", {"env": "prod", "client": ()}),
    "sporadic": ("once", {}),
    "failing": ("failing", {}),
    "unlisted": ("unlisted", {}),
}


def answers(found: Diagnosis) -> list[tuple[str, str]]:
    """What the application said, as the report has it."""
    from probe.report.compose import compose

    return [(one.id, one.state) for one in compose((found,)).results[0].checks]


@pytest.mark.parametrize("name", ASKED)
def test_a_copy_of_the_double_says_the_same(name: str, double: Double) -> None:  # noqa: F811  # the fixture
    port, more = ASKED[name]
    found = double.ask(port, **more)  # type: ignore[arg-type]  # as each line of the table needs them
    with Stage() as stage:
        copy = reproduce(stage, found.case.observation)
        again = diagnose(observed(copy.arguments))
    assert essence(again) == essence(found), (copy.losses, told(found), told(again))
    assert answers(again) == answers(found)
    assert name == "other-environment" or not copy.losses, "there another trust store comes into it"


def test_a_certificate_of_the_other_environment_is_refused_by_the_copy_too(double: Double) -> None:  # noqa: F811
    found = double.ask("qa", client=double.prod.client(double.folder / "wrong"))
    with Stage() as stage:
        again = diagnose(observed(reproduce(stage, found.case.observation).arguments))
    assert essence(again) == essence(found)
    assert found.cause and again.cause and again.case.client.refusal and again.case.client.refusal.words == "The SSL certificate error"
