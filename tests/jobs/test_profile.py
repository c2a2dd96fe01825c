"""From a command line with a profile to targets: what the profile says counts unless the user says otherwise, and what is wrong is one sentence."""

from dataclasses import replace
from pathlib import Path

import pytest

from probe.facts.unusable import Unusable
from probe.jobs.profile import find
from probe.jobs.request import request, secrets
from probe.jobs.target import Options
from probe.jobs.wanted import wanted
from probe.lab.partner import profile as lab_profile

HUBJECT = Options(profile="hubject-emp", env="qa", var=("provider=DE-DCB",), trust=("none",))


@pytest.fixture(autouse=True)
def no_own_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("PROBE_PROFILES", str(folder))
    return folder


def with_(**changes: object) -> Options:
    return replace(HUBJECT, **changes)  # type: ignore[arg-type]  # fields of Options


def test_a_profile_names_the_target() -> None:
    ((target, agreement),) = wanted((), HUBJECT)
    assert (target.host, target.port, target.protocol, target.name) == ("service-qa.hubject.com", 443, "https", "service-qa.hubject.com")
    assert (
        target.by_profile and target.variables == (("provider", "DE-DCB"),) and (target.profile, target.env, target.endpoint) == ("hubject-emp", "qa", "hbs-qa")
    )
    assert agreement and agreement.environment == "qa"


def test_all_endpoints_of_an_environment_or_one() -> None:
    options = Options(profile="insights-hub-mqtt", env="eu1", trust=("none",))
    found = wanted((), options)
    assert [(one.port, one.protocol, one.alpn) for one, _ in found] == [(8883, "mqtts", ()), (4431, "mqtts", ("x-amzn-mqtt-ca",))]
    assert [one.port for one, _ in wanted((), replace(options, endpoint="broker-eu1"))] == [8883]


def test_what_the_user_says_counts(tmp_path: Path) -> None:
    options = with_(env=None, sni="none", stack="openssl", connect="127.0.0.1:8443")
    ((target, agreement),) = wanted(("https://qa-service.hubject.com",), options)
    assert target.host == "qa-service.hubject.com" and not target.by_profile and target.sni is None and target.connect == "127.0.0.1"
    assert agreement and agreement.environment == "qa" and target.env == "qa"
    ((target, _),) = wanted((), Options(profile="matrix42-native-connector", var=("host=dc1.corp.example",)))
    assert target.trust == ("none",) and target.stack == "java" and target.client_auth == "forbidden" and target.port == 636
    ((target, _),) = wanted((), Options(profile="generic-https", var=("host=shop.example", "trust_files=a.pem")))
    assert target.trust == ("a.pem",)
    ((target, _),) = wanted((), Options(profile="generic-https", var=("host=::1", "port=8443")))
    assert (target.host, target.port, target.trust) == ("::1", 8443, ("system",))


CLIENTS = (
    ("", "", ""),
    ('[trust]\nanchor_rule = "any"\n', "", "java"),
    ('[trust]\nanchor_expiry = "ignored"\n', "", "java"),
    ("", 'selection = "by-ca-list"\n', "java"),
    ('[trust]\nstack = "openssl"\nanchor_rule = "any"\n', "", "openssl"),
)


@pytest.mark.parametrize(("trust", "client", "stack"), CLIENTS)
def test_the_rules_of_the_client_choose_the_stack_that_it_is_judged_as(trust: str, client: str, stack: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    head = 'schema = 1\nid = "shop"\ntitle = "Shop"\n[endpoints.shop]\nprotocol = "https"\nhost = "shop.example"\nport = 443\n'
    file.write_text(f"{head}{trust}[client_certificate]\n{client}")
    ((target, _),) = wanted((), Options(profile=str(file)))
    assert (target.stack or "") == stack
    ((target, _),) = wanted((), Options(profile=str(file), stack="openssl"))
    assert target.stack == "openssl"


def test_a_profile_that_forbids_a_proxy_goes_through_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    options = Options(profile="matrix42-native-connector", var=("host=dc1.corp.example",))
    ((target, _),) = wanted((), options)
    assert target.proxy is None
    ((target, _),) = wanted((), replace(options, proxy="http://other.example:3128"))
    assert target.proxy is not None and target.proxy.host == "other.example"


REFUSED: tuple[tuple[str, tuple[str, ...], Options, str], ...] = (
    ("no target", (), Options(), "No target is named."),
    ("env without a profile", ("x",), Options(env="qa"), "--env belongs to a profile"),
    ("var without a profile", ("x",), Options(var=("a=b",)), "--var belongs to a profile"),
    ("unknown profile", (), Options(profile="hubject"), "There is no profile 'hubject'."),
    ("empty", (), Options(profile=""), "--profile is empty."),
    ("strange name", (), Options(profile="a b"), "'a b' is not the name of a profile."),
    ("no such file", (), Options(profile="./none.toml"), "none.toml does not exist."),
    ("endpoint", (), with_(endpoint="hbs-prod"), "no endpoint 'hbs-prod' in the environment qa"),
    ("var", (), with_(var=("provider",)), "--var takes NAME=VALUE."),
    ("missing", (), with_(var=()), "The variable provider of the profile hubject-emp must be given."),
)


@pytest.mark.parametrize(("spelled", "options", "says"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_cannot_be_meant(spelled: tuple[str, ...], options: Options, says: str) -> None:
    with pytest.raises(Unusable) as refused:
        wanted(spelled, options)
    assert says in refused.value.says and refused.value.next_step


def test_a_protocol_that_is_not_spoken(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text('schema = 1\nid = "p"\ntitle = "P"\n[endpoints.e]\nprotocol = "starttls-smtp"\nhost = "mail.example"\nport = 25\n')
    with pytest.raises(Unusable, match="speaks starttls-smtp, which this version does not"):
        wanted((), Options(profile=str(file)))


def test_own_profiles_and_learned_marks(no_own_profiles: Path) -> None:
    (no_own_profiles / "mine.toml").write_text(lab_profile(443))
    assert find("mine").id == "lab-partner"
    (no_own_profiles / "hubject-emp.marks.toml").write_text('schema = 1\nmarks_for = "hubject-emp"\n[environments.qa]\nmarks.issuer_regex = ["^CN=Example$"]\n')
    marks = {one.name: one.marks for one in find("hubject-emp").environments}
    assert marks["qa"].issuer_regex[0].text == "^CN=Example$" and marks["qa"].server_names and not marks["prod"].issuer_regex
    (no_own_profiles / "hubject-emp.marks.toml").write_text("schema = 1\n")
    with pytest.raises(Unusable, match="marks_for"):
        find("hubject-emp")
    (no_own_profiles / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Unusable, match="not text in UTF-8"):
        find("mine")


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    text = 'schema = 1\nid = "p"\ntitle = "P"\n[variables.token]\ntype = "secret-env"\n[endpoints.e]\nhost = "shop.example"\nport = 443\n'
    text += '[[checks]]\nid = "c"\nsafe = true\nrequest = { method = "GET", path = "/", headers = { Authorization = "Token {token}" } }\n'
    file.write_text(text)
    with pytest.raises(Unusable) as refused:
        wanted((), Options(profile=str(file), var=("token=NOT_SET_ANYWHERE",)))
    # What was given may be the secret itself: it is never repeated.
    assert "--var token=..." in refused.value.says and "NOT_SET_ANYWHERE" not in str(refused.value)
    with pytest.raises(Unusable, match="The variable token"):
        wanted((), Options(profile=str(file)))
    from probe.jobs import request as module

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A_TOKEN", "s3cret")
        ((target, agreement),) = wanted((), Options(profile=str(file), var=("token=A_TOKEN",)))
        assert agreement and secrets(agreement, {"A_TOKEN": "s3cret"}) == {"token": "s3cret"}
        asked = request(agreement, agreement.checks[0])
        assert ("Authorization", "Token s3cret") in asked.headers and asked.hide == (b"s3cret",)
        assert "s3cret" not in repr(asked) + repr(target) + repr(agreement) and module.LONGEST
        for wrong in ("", "line\nbreak", "\u00e4"):
            with pytest.raises(Unusable) as told:
                secrets(agreement, {"A_TOKEN": wrong})
            assert "line" not in told.value.says
