"""The list of a profile and its verdict agree: what a check of the profile found out, and what it did not."""

import pytest

from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.partner import Partner, application, profile
from probe.lab.shop import hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.report.checklist import Outcome
from tests.golive.listing import item
from tests.golive.test_scenarios import listed

SHOP = hierarchy("shop.example")
OUTCOMES = (
    ("", Verdict.WORKS, Outcome.PASS, ""),
    ("failing", Verdict.UNDECIDED, Outcome.NOT_DONE, "The answer was 500."),
    ("greeting", Verdict.UNDECIDED, Outcome.NOT_DONE, "The answer was 200."),
    ("gateway", Verdict.FAILS, Outcome.FAIL, "502"),
)


@pytest.mark.parametrize(("trouble", "verdict", "outcome", "says"), OUTCOMES, ids=[one[0] or "well" for one in OUTCOMES])
def test_an_answer_that_is_not_understood_is_left_open(trouble: str, verdict: Verdict, outcome: Outcome, says: str) -> None:
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(SHOP.whole,), answer=application(Partner(trouble=trouble))))
        file = stage.write("platform.toml", profile(port))
        given = ("--env", "prod", "--var", "partner=DE-LAB", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(SHOP.root))
        seen = observed(("--profile", str(file), *given))
    assert diagnose(seen).verdict is verdict
    one = item(listed(seen), "app", "read-one")
    assert one.outcome is outcome and says in one.says
    assert ("The profile does not say what that means." in one.says) is (outcome is Outcome.NOT_DONE)
