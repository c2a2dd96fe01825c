"""Stores that are looked into and never trusted: which are read, what is kept of them, and that they change no verdict."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from probe.case.case import Case
from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.facts.unusable import Unusable
from probe.lab.pki import authority
from probe.lab.public import public_hierarchy, public_shop
from probe.lab.scene import FAILS
from probe.lab.shop import healthy_shop, hierarchy, open_shop
from probe.lab.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def sources(observation: Observation) -> list[str]:
    return [one.source for one in observation.compared]


def test_a_healthy_endpoint_is_only_held_against_the_public_list(stage: Stage) -> None:
    seen = observed(healthy_shop(stage).arguments)
    assert sources(seen) == ["certifi"]
    assert seen.compared[0].certificates == () and seen.compared[0].size > 50


def test_the_list_can_be_turned_off(stage: Stage) -> None:
    seen = observed((*healthy_shop(stage).arguments, "--public", "none"))
    assert seen.compared == ()
    missing = {one.code for one in diagnose(seen).not_observed}
    assert {"chain.ct-missing", "chain.validity-too-long"} <= missing


def test_the_system_is_asked_only_when_the_issuer_is_unknown(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hierarchy()
    monkeypatch.setenv("SSL_CERT_FILE", stage.trust_file(made.root, name="system.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(stage.folder / "none"))
    (stage.folder / "none").mkdir()
    stage.write("none/other.pem", authority("Other Root").pem)
    scene = open_shop(stage, made, authority("Corp Root CA"), expects=FAILS)
    seen = observed(scene.arguments)
    assert sources(seen) == ["certifi", "system"]
    found = diagnose(seen)
    assert found.cause and found.cause.code == "trust.store-not-used"
    assert "the system's store" in found.cause.summary
    assert {one.code for one in found.explained} & {"chain.root-untrusted", "chain.intermediate-missing", "chain.issuer-unknown"}
    proofs = [one.proof for one in found.prescribed if one.remedy.action == "use-other-store"]
    assert proofs and proofs[0] and proofs[0].verdict is Verdict.WORKS


def test_a_system_store_that_cannot_be_read_is_no_reason_to_stop(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(stage.folder / "nothing.pem"))
    seen = observed(open_shop(stage, hierarchy(), authority("Corp Root CA"), expects=FAILS).arguments)
    assert sources(seen) == ["certifi"]
    cause = diagnose(seen).cause
    assert cause and cause.code == "chain.root-untrusted"


def test_a_list_that_the_user_named_must_be_readable(stage: Stage) -> None:
    with pytest.raises(Unusable) as refused:
        observed((*healthy_shop(stage).arguments, "--public", str(stage.folder / "nothing.pem")))
    assert "does not exist" in refused.value.says


def test_what_is_compared_is_never_trusted(stage: Stage) -> None:
    made = public_hierarchy()
    seen = observed(public_shop(stage, made, authority("Corp Root CA"), expects=FAILS).arguments)
    case = Case(seen, seen.attempts[0].address)
    assert made.root.certificate in seen.compared[0].certificates
    assert made.root.certificate not in case.anchors
    assert all(one.accepts is False for one in case.verdicts)
    without = Case(replace(seen, compared=()), case.address)
    assert without.verdicts == case.verdicts


def test_an_observation_from_before_is_still_read(stage: Stage) -> None:
    seen = observed(healthy_shop(stage).arguments)
    document = codec.dump(seen)
    assert isinstance(document, dict)
    target = document["target"]
    assert isinstance(target, dict)
    del document["compared"], target["public"]
    old = codec.parse(Observation, json.dumps(document))
    assert old.compared == () and old.target.public == "certifi"
    assert diagnose(old).verdict is Verdict.WORKS
