"""The profile of a copy: what it makes of a check is what the original's made of it, and its fingerprints are those of the copies."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.facts.observation import Exchange, Observation
from probe.facts.profile import Agreement, Check, Endpoint, Environment, Marks, Profile, Value
from probe.lab.partner import Partner
from probe.lab.pki import authority
from probe.lab.platform import platform
from probe.lab.reproduce import reproduce
from probe.lab.reproduce_chain import Copies
from probe.lab.reproduce_profile import document, profile_options
from probe.lab.stage import Stage
from probe.profiles import load, shipped
from probe.profiles.agree import agree
from probe.profiles.read import read
from probe.profiles.templates import used
from tests.lab.test_reproduce import essence


def agreements(profile: Profile) -> Iterator[Agreement]:
    """The agreement for each endpoint, with the examples of the profile as values, secrets by the names of environment variables."""
    given = {one.name: "PROBE_SECRET" if one.type == "secret-env" else one.example or one.default for one in profile.variables}
    known = {name: value for name, value in given.items() if value}
    allowed = tuple(dict.fromkeys(one.consent or one.id for one in profile.checks if not one.safe and one.expect and not one.request.mqtt))
    for endpoint in profile.endpoints:
        chosen = next((one for one in profile.environments if one.name == endpoint.environment), None)
        yield agree(profile, chosen, endpoint, known, allowed=allowed, own_trust=True)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_profile_is_written_and_read_again(name: str) -> None:
    for agreement in agreements(load(name)):
        found = read(document(agreement, {}), "copy.toml")
        assert found.profile is not None, found.faults
        profile = found.profile
        chosen = next((one for one in profile.environments if one.name == agreement.environment), None)
        values = dict(agreement.variables) | dict(agreement.secrets)
        again = agree(profile, chosen, profile.endpoints[0], values, allowed=agreement.allowed, own_trust=True)
        trust = replace(agreement.trust, files=(), pins=tuple(one for one in agreement.trust.pins if not one.file))
        usual = {"origin": again.origin, "trust": trust, "endpoint": replace(agreement.endpoint, environment=agreement.environment)}
        assert replace(again, variables=agreement.variables) == replace(agreement, **usual, secrets=again.secrets, unverified=again.unverified)  # type: ignore[arg-type]  # fields of the noun
        assert again.secrets == agreement.secrets and set(again.unverified) <= set(agreement.unverified)


def test_fingerprints_are_those_of_the_copies() -> None:
    root = authority("Root")
    known = (root.certificate,)
    copies = Copies(known, timedelta(), {})
    before = hashlib.sha256(root.der).hexdigest()
    after = hashlib.sha256(copies.certificate(root.certificate).der).hexdigest()
    other = "0" * 64
    marks = Marks(anchor_sha256=(Value(text=before, verified=False, source="a letter"), Value(text=other)))
    agreement = Agreement(
        profile="own", endpoint=Endpoint(name="api", host=HOST, port="443"), environments=(Environment(name="prod", marks=marks),), environment="prod"
    )
    with Stage() as stage:
        options, losses = profile_options(stage, agreement, known, copies)
        found = read(Path(options[1]).read_text(), "copy.toml").profile
    assert found is not None and not losses
    assert found.environments[0].marks.anchor_sha256 == (Value(text=after, verified=False, source="a letter"), Value(text=other))
    assert options[2:] == ("--env", "prod", "--endpoint", "api")


HOST = "shop.example"


@pytest.mark.parametrize("text", ['quote " and \\ backslash', "line\nbreak\ttab", "\x7f\x00\x1b[31m", "Zertifikat \U0001f511 für ’", "{not_declared}"])
def test_any_text_is_written_as_it_is_or_reported(text: str) -> None:
    agreement = Agreement(profile="own", title=text, sources=(text,), endpoint=Endpoint(name="api", host=HOST, port="443"))
    found = read(document(agreement, {}), "copy.toml")
    assert found.profile is not None, found.faults
    assert (found.profile.title, found.profile.sources) == (text, (text,))


@pytest.mark.parametrize(
    "agreement",
    [
        Agreement(profile="Not a name", endpoint=Endpoint(name="api", host=HOST, port="443")),
        Agreement(profile="own", title="\ud800", endpoint=Endpoint(name="api", host=HOST, port="443")),
        Agreement(profile="own", endpoint=Endpoint(name="api", host=HOST, port="no port")),
        Agreement(profile="own", endpoint=Endpoint(name="api", host=HOST, port="443"), checks=(Check(id="x", safe=True),)),
    ],
)
def test_a_profile_that_cannot_be_one_is_reported_and_left_out(agreement: Agreement) -> None:
    with Stage() as stage:
        options, losses = profile_options(stage, agreement, (), Copies((), timedelta(), {}))
    assert options == () and len(losses) == 1 and "its checks are not done" in losses[0]


def test_a_secret_is_named_and_never_there(monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = next(agreements(load("hubject-emp")))
    marked = replace(agreement, secrets=(("token", "MY_TOKEN"),))
    with Stage() as stage:
        options, losses = profile_options(stage, marked, (), Copies((), timedelta(), {}))
    assert "token=MY_TOKEN" in options
    assert losses == ("the secret of the variable token; before the check of the copy set MY_TOKEN to anything",)
    assert not used(options)


@pytest.mark.parametrize("trouble", ["once", "gateway"])
def test_an_answer_that_comes_once_is_copied_with_its_second_try(trouble: str) -> None:
    with Stage() as stage:
        seen = observed(platform(stage, Partner(trouble=trouble)).arguments)
    assert statuses(seen) == ([503, 200] if trouble == "once" else [502, 502])
    with Stage() as stage:
        copy = reproduce(stage, seen)
        again = [observed(copy.arguments) for _ in range(2)]
    for one in again:
        assert statuses(one) == statuses(seen)
        assert essence(diagnose(one)) == essence(diagnose(seen))


def test_checks_that_were_allowed_are_answered_one_by_one() -> None:
    with Stage() as stage:
        seen = observed(platform(stage, options=("--allow", "start")).arguments)
    asked = [one.question.check for one in seen.attempts]
    assert asked == ["read-one", "start"] and statuses(seen) == [200, 200]
    with Stage() as stage:
        copy = reproduce(stage, seen)
        again = observed(copy.arguments)
    assert [one.question.check for one in again.attempts] == asked and statuses(again) == statuses(seen)
    assert essence(diagnose(again)) == essence(diagnose(seen))


def statuses(seen: Observation) -> list[int | None]:
    return [step.status for one in seen.attempts for step in one.steps if isinstance(step, Exchange)]
