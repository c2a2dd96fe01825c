"""The messages to paste: each owner gets one, and it is enough to act on without the report."""

import pytest

from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts.certificate import fingerprint
from probe.lab.scenario import scenario
from probe.lab.stage import Stage
from probe.report.compose import compose
from probe.report.paste import HEADINGS
from probe.report.words import repeat


def broken(code: str) -> Diagnosis:
    one = scenario(code)
    assert one
    with Stage() as stage:
        return diagnose(observed(one.broken(stage).arguments))


@pytest.mark.parametrize("code", ["chain.intermediate-missing", "chain.expired", "name.mismatch", "tls.version", "chain.root-untrusted", "dns.nxdomain"])
def test_a_message_is_complete(code: str) -> None:
    found = broken(code)
    result = compose((found,)).results[0]
    cause = found.cause
    assert cause and result.cause
    heading, text = result.messages[0]
    assert heading == HEADINGS[result.cause.owner]
    for words in (result.cause.title, code, cause.summary, result.cause.owner_text, f"{result.taken_at:%Y-%m-%d %H:%M} UTC"):
        assert words in text
    for one in cause.about:
        assert one.read.subject and one.read.issuer
        for words in (fingerprint(one), one.read.subject.text, one.read.issuer.text, "serial   ", "valid    "):
            assert words in text
    remedy = result.remedies[0]
    assert f"Please: {remedy.text}" in text and remedy.proof in text
    for step in remedy.steps[:3]:
        assert step.do in text and all(f"    {command}\n" in text for command in step.commands)
    assert ("Other platforms (" in text) == (len(remedy.steps) > 3)
    assert text.endswith(f"To check whether it works then:\n  {repeat(found.case.target)}\n")


def test_nobody_gets_a_message_about_what_works() -> None:
    one = scenario("chain.expired")
    assert one
    with Stage() as stage:
        found = diagnose(observed(one.mended(stage).arguments))
    assert compose((found,)).results[0].messages == ()
