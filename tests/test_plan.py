"""What is asked next, and that nothing is asked that would decide nothing."""

from dataclasses import replace

import pytest

from probe.cli.arguments import observed
from probe.facts.observation import Observation
from probe.lab.healthy import HEALTHY
from probe.lab.scenario import scenario
from probe.lab.stage import Stage
from probe.plan import FETCHES, Ask, FetchIssuer, first, further


def seen(code: str, name: str = "broken") -> Observation:
    one = scenario(code)
    assert one
    opens = {"broken": one.broken, "mended": one.mended, **{variant.name: variant.open for variant in one.variants}}[name]
    with Stage() as stage:
        return observed(opens(stage).arguments)


def asked(observation: Observation) -> list[str]:
    return [one.question.name for one in observation.attempts]


@pytest.mark.parametrize("name", ["plain", "tls12-only", "tls13-only", "optional-client-certificate", "wildcard", "stapled", "redirect"])
def test_a_healthy_endpoint_is_asked_once(name: str) -> None:
    with Stage() as stage:
        observation = observed(dict(HEALTHY)[name](stage).arguments)
    assert asked(observation) == ["ordinary"]
    assert observation.fetches == ()
    assert further(observation) == ()


@pytest.mark.parametrize(
    ("code", "questions"),
    [
        ("tcp.refused", ["ordinary"]),
        ("chain.expired", ["ordinary"]),
        ("name.mismatch", ["ordinary"]),
        ("client.required", ["ordinary"]),
        ("tls.alpn", ["ordinary", "without-alpn"]),
        ("tls.not-tls", ["ordinary", "plaintext"]),
        ("tls.closed", ["ordinary", "plaintext", "small-hello", "hello-in-pieces", "tls12", "legacy", "without-sni", "old-suites", "ssl3"]),
        ("tls.hello-size", ["ordinary", "plaintext", "small-hello", "hello-in-pieces", "tls12", "legacy", "without-sni"]),
        ("tls.version", ["ordinary", "any-version", "legacy"]),
        ("tls.legacy-only", ["ordinary", "legacy"]),
        ("tls.cipher", ["ordinary", "legacy", "tls12", "without-sni", "old-suites", "ssl3"]),
    ],
)
def test_each_failure_gets_the_questions_that_decide_it(code: str, questions: list[str]) -> None:
    assert asked(seen(code)) == questions


def test_a_missing_issuer_is_fetched_once_and_only_when_allowed() -> None:
    observation = seen("chain.intermediate-missing")
    assert len(observation.fetches) == 1
    before = replace(observation, fetches=())
    (wanted,) = further(before)
    assert isinstance(wanted, FetchIssuer) and wanted.url == observation.fetches[0].url
    assert further(replace(before, target=replace(before.target, fetch=False))) == ()


def test_fetches_are_bounded() -> None:
    observation = seen("chain.intermediate-missing")
    (one,) = observation.fetches
    others = tuple(replace(one, url=f"http://ca.example/{number}", body=b"") for number in range(FETCHES))
    assert further(replace(observation, fetches=others)) == ()


def test_without_a_name_the_name_is_tried() -> None:
    observation = seen("tls.sni-required", "other-certificate")
    assert "with-sni" in asked(observation)


def test_repeating_asks_the_same_again_and_only_then() -> None:
    observation = seen("chain.expired")
    asks = first(replace(observation.target, repeat=3), ("192.0.2.1", "2001:db8::1"))
    assert [one.question.name for one in asks] == ["ordinary"] * 2 + ["again-2"] * 2 + ["again-3"] * 2
    assert len({replace(one.question, name="") for one in asks}) == 1
    assert asked(seen("endpoint.inconsistent", "behind-one-address-healthy")) == ["ordinary", *(f"again-{number}" for number in range(2, 7))]
    assert asked(seen("endpoint.inconsistent", "behind-one-address"))[:6] == ["ordinary", *(f"again-{number}" for number in range(2, 7))]


def test_the_first_question_goes_to_every_address() -> None:
    observation = seen("chain.expired")
    asks = first(observation.target, ("192.0.2.1", "2001:db8::1"))
    assert [(one.address, one.question.name) for one in asks] == [("192.0.2.1", "ordinary"), ("2001:db8::1", "ordinary")]
    assert all(isinstance(one, Ask) and one.question.with_sni for one in asks)
    assert first(observation.target, ()) == ()
