"""The prediction for Java against the JVM of this machine: verdict, the line in the log, the innermost cause, the alert."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.peers import java
from tests.peers.chance import by_chance, labels
from tests.peers.prediction import alert_in, predict, stack
from tests.peers.situations import Situation, situations

# The judge's own server end refuses to present these keys.
NOT_PRESENTABLE = {
    "rsa512-leaf": "no TLS signature fits into 512 bits",
    "p224-leaf": "no TLS implementation of the JDK signs with this curve",
    "p192-leaf": "no TLS implementation of the JDK signs with this curve",
}
# Verdicts that changed with a release: the model speaks for the newest and calls itself not verified. The test fails when the older one agrees.
CHANGED = {"sha224-leaf": (17, 0, 21), "sha224-int": (17, 0, 21)}
# The wording, not the verdict, depends on the release.
WORDING_VARIES = {"rsa768-root": "the JDK names the algorithm below the weak key, or the key"}
WORDING_VARIES |= {f"nc-empty-{one}": "an engine throws the bare error that a socket wraps" for one in ("permitted", "excluded")}
WORDING_VARIES |= {f"nc-empty-{one}-address": "the same" for one in ("permitted", "excluded")}

ASKED = [one for one in situations() if one.name not in NOT_PRESENTABLE]
CHANCE = (2, 120)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return java.compiled(tmp_path_factory.mktemp("judge"))


@pytest.fixture(scope="module")
def answers(classes: Path) -> dict[str, java.Answer]:
    return java.ask(classes, [*ASKED, *by_chance(*CHANCE)])


@cache
def release() -> tuple[int, ...]:
    found = re.search(r'version "([\d.]+)', java.version())
    assert found
    return tuple(int(part) for part in found[1].split("."))


@pytest.mark.parametrize("situation", ASKED, ids=lambda one: one.name)
def test_java_says_what_is_predicted(situation: Situation, answers: dict[str, java.Answer]) -> None:
    said, verdict = answers[situation.name], predict(stack("java"), situation)
    assert verdict.verified is (situation.name not in {*CHANGED, "self-signed-trusted-md5"})
    if release() < CHANGED.get(situation.name, (0,)):
        assert said.accepts is not verdict.accepts
        return
    assert verdict.accepts is said.accepts, said
    if situation.name in WORDING_VARIES:
        return
    assert java.without_alert(verdict.says) == said.line
    if said.causes and "Caused by: " in verdict.note:
        assert verdict.note.removeprefix("Caused by: ").startswith(said.causes[-1])
    if said.alert and release() >= (17, 0, 21) and said.line.startswith("javax.net.ssl.SSLHandshakeException"):
        assert alert_in(verdict) == said.alert


@pytest.mark.parametrize("number", range(CHANCE[1]), ids=labels(*CHANCE))
def test_java_says_what_is_predicted_for_chains_made_by_chance(number: int, answers: dict[str, java.Answer]) -> None:
    situation = by_chance(*CHANCE)[number]
    said, verdict = answers[situation.name], predict(stack("java"), situation)
    assert (verdict.accepts, java.without_alert(verdict.says)) == (said.accepts, said.line)


def test_the_comparison_covers_both_answers_and_many_words(answers: dict[str, java.Answer]) -> None:
    lines = {re.sub(r'"[^"]*"|\S*\.example\S*|[\d.]+', "", said.line) for said in answers.values()}
    accepted = [said for said in answers.values() if said.accepts]
    assert len(ASKED) >= 60
    assert 60 < len(accepted) < len(answers) - 60
    assert len(lines) >= 18


def test_the_full_line_has_the_alert_of_new_releases() -> None:
    missing = next(one for one in situations() if one.name == "missing-int")
    assert predict(stack("java"), missing).says == (
        "javax.net.ssl.SSLHandshakeException: (certificate_unknown) PKIX path building failed: "
        "sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target"
    )
