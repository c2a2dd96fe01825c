"""A copy of every scenario says what the scenario says: verdict, primary cause, codes of all findings, the words of each client stack."""

from collections.abc import Callable, Iterator

import pytest

from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.lab.healthy import HEALTHY
from probe.lab.reproduce import reproduce
from probe.lab.scenario import all_scenarios
from probe.lab.scene import Scene
from probe.lab.stage import Stage
from tests.ahead import Ahead, ahead

Opens = Callable[[Stage], Scene]


def everything() -> list[tuple[str, Opens]]:
    found: list[tuple[str, Opens]] = []
    for one in all_scenarios():
        found += [(f"{one.code}-broken", one.broken), (f"{one.code}-mended", one.mended), *((f"{one.code}-{way.name}", way.open) for way in one.variants)]
    return [*found, *((f"healthy-{name}", opens) for name, opens in HEALTHY)]


BROKER = "a broker is not copied beyond TLS, and the copy says so"
NOTHING_TO_COPY = {
    "proxy.protocol-page-in-the-tunnel": "the proxy speaks in place of the endpoint, so that nothing of that is known but from the question without it",
    "file.": "files are looked at, nothing is connected to",
    "trust.store-unreadable-broken": "the check does not begin: the trust store is no store",
    "trust.store-unreadable-wrong-password": "the check does not begin: the trust store stays shut",
    "app.mqtt-refused": BROKER,
    "client.id-in-use": BROKER,
    "client.issuer-not-registered": BROKER,
    "client.key-mismatch-broken": "the check does not begin: the key is that of another certificate",
}
"""Scenarios, or all of a stage, without an endpoint that was observed, and why."""
EVERY = [one for one in everything() if not any(one[0].startswith(left) for left in NOTHING_TO_COPY)]


def essence(found: Diagnosis) -> tuple[object, ...]:
    """What a copy must have in common with the original."""
    findings = sorted((one.code, one.effect.value, one.certainty.value) for one in found.findings)
    if found.case.target.repeat > 1:
        # Several connections race for the machine behind the address; what the first of them met is chance.
        return (found.verdict, found.cause.code if found.cause else None, findings)
    explained = sorted(one.code for one in found.explained)
    stacks = sorted((one.stack, str(one.accepts), one.says) for one in found.stacks)
    return (found.verdict, found.cause.code if found.cause else None, findings, explained, stacks)


def copied(observation: Observation) -> tuple[Diagnosis, tuple[str, ...]]:
    """The diagnosis of a copy made from the saved observation, and what could not be copied."""
    saved = codec.parse(Observation, codec.text(observation))
    with Stage() as stage:
        copy = reproduce(stage, saved)
        return diagnose(observed(copy.arguments)), copy.losses


def both(opens: Opens) -> tuple[Diagnosis, Diagnosis, tuple[str, ...]]:
    """The diagnosis of the original and that of its copy, and what could not be copied."""
    with Stage() as stage:
        original = observed(opens(stage).arguments)
    return (diagnose(original), *copied(original))


@pytest.fixture(scope="module")
def compared() -> Iterator[Ahead[Opens, tuple[Diagnosis, Diagnosis, tuple[str, ...]]]]:
    with ahead(both, [opens for _, opens in EVERY]) as results:
        yield results


@pytest.mark.parametrize(("name", "opens"), EVERY, ids=[name for name, _ in EVERY])
def test_a_copy_says_what_the_original_says(name: str, opens: Opens, compared: Ahead[Opens, tuple[Diagnosis, Diagnosis, tuple[str, ...]]]) -> None:
    original, again, losses = compared(opens)
    assert essence(again) == essence(original), losses


def test_that_a_broker_is_not_copied_beyond_tls_is_said() -> None:
    opens = next(opens for name, opens in everything() if name == "app.mqtt-refused-broken")
    original, again, losses = both(opens)
    assert original.cause and original.cause.code == "app.mqtt-refused"
    assert again.verdict.value == "works" and any("CONNECT" in one for one in losses)
