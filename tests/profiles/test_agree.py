"""Variables are filled in so that no value can be more than a value, and what is missing or does not fit is told in a sentence."""

import json
from dataclasses import replace

import pytest

from probe.facts import codec
from probe.facts.profile import Agreement
from probe.facts.unusable import Unusable
from probe.profiles import load
from probe.profiles.agree import agree, endpoints, environment, values
from probe.profiles.read import read
from probe.profiles.templates import fill

OPEN = """schema = 1
id = "open"
title = "Open"
[variables.what]
type = "text"
[variables.token]
type = "secret-env"
[endpoints.one]
host = "shop.example"
port = 443
[[checks]]
id = "ask"
safe = true
request.method = "POST"
request.path = "/a/{what}/b"
request.json = { inner = [{ name = "<{what}>" }] }
request.headers = { X-What = "{what}", Authorization = "Bearer {token}" }
"""


def hubject(*given: tuple[str, str], env: str = "qa", **named: bool) -> Agreement:
    profile = load("hubject-emp")
    chosen = environment(profile, env)
    return agree(profile, chosen, endpoints(profile, chosen, None)[0], values(profile, given), **named)  # type: ignore[arg-type]  # flags only


def test_hubject_is_agreed_for_one_environment() -> None:
    one = hubject(("provider", "DE*DCB"), own_trust=True)
    request = one.checks[0].request
    assert one.endpoint.host == "service-qa.hubject.com" and one.environment == "qa"
    assert request.path == "/api/oicp/evsepull/v23/providers/DE*DCB/data-records?page=0&size=1"
    assert json.loads(request.json) == {"ProviderID": "DE*DCB", "GeoCoordinatesResponseFormat": "Google"}
    assert any("DE*DCB" in text.short for text in one.texts)
    assert codec.parse(Agreement, codec.text(one)) == one


@pytest.mark.parametrize("value", ['x"],"y":["', "../../x?y#z", "a b", "%2e%2e/", "\u00e4\U0001f600", "a\\u0022"])
def test_a_value_stays_a_value(value: str) -> None:
    profile = read(OPEN, "x").profile
    assert profile
    whole = replace(profile, checks=tuple(replace(one, request=replace(one.request, headers=())) for one in profile.checks))
    request = agree(whole, None, whole.endpoints[0], values(whole, (("what", value), ("token", "NAME")))).checks[0].request
    assert json.loads(request.json) == {"inner": [{"name": f"<{value}>"}]}
    assert request.path.startswith("/a/") and request.path.endswith("/b") and request.path.count("/") == 3 and request.path.isascii()
    assert not set(request.path) & set(" ?#")


def test_a_secret_is_not_filled_in() -> None:
    profile = read(OPEN, "x").profile
    assert profile
    one = agree(profile, None, profile.endpoints[0], values(profile, (("what", "x"), ("token", "MY_TOKEN"))))
    assert one.secrets == (("token", "MY_TOKEN"),) and ("Authorization", "Bearer {token}") in one.checks[0].request.headers
    with pytest.raises(Unusable) as refused:
        values(profile, (("token", "ey.secret-itself"),))
    assert "ey.secret" not in refused.value.says + refused.value.next_step
    with pytest.raises(Unusable):
        agree(profile, None, profile.endpoints[0], values(profile, (("what", "\u00e4"), ("token", "T"))))


REFUSED: tuple[tuple[str, dict[str, object], str, str], ...] = (
    ("no environment", {"env": None}, "several environments: prod, qa", "--env qa"),
    ("unknown environment", {"env": "test"}, "no environment 'test'", "It has: prod, qa."),
    ("an environment without an endpoint", {"env": "plug-and-charge"}, "no environment 'plug-and-charge'", "prod, qa"),
    ("unknown variable", {"given": (("provder", "DE-DCB"),)}, "no variable 'provder'", "Did you mean 'provider'?"),
    ("twice", {"given": (("provider", "DE-DCB"), ("provider", "DE-DCB"))}, "given twice", "once"),
    ("pattern", {"given": (("provider", "de-dcb"),)}, "'de-dcb' does not fit the variable provider", "--var provider=DE-DCB"),
    ("empty", {"given": (("provider", ""),)}, "cannot be the value of provider", "provider"),
    ("a template", {"given": (("provider", "{ca_folder}"),)}, "cannot be the value", "provider"),
    ("control character", {"given": (("provider", "DE\n"),)}, "cannot be the value", "provider"),
    ("missing", {"given": ()}, "The variables provider, ca_folder", "--trust"),
    (
        "consent",
        {"given": (("provider", "DE-DCB"), ("ca_folder", "x")), "allowed": ("remote-start",)},
        "remote-start of the profile hubject-emp is never done",
        "real station",
    ),
    ("unknown consent", {"given": (("provider", "DE-DCB"), ("ca_folder", "x")), "allowed": ("start",)}, "nothing that --allow start", "Leave --allow out"),
)


@pytest.mark.parametrize(("given", "says", "next_step"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_cannot_be_agreed_is_one_sentence(given: dict[str, object], says: str, next_step: str) -> None:
    profile = load("hubject-emp")
    with pytest.raises(Unusable) as refused:
        chosen = environment(profile, given.get("env", "qa"))  # type: ignore[arg-type]  # of the table above
        known = values(profile, given.get("given", ()))  # type: ignore[arg-type]  # likewise
        agree(profile, chosen, endpoints(profile, chosen, None)[0], known, allowed=given.get("allowed", ()))  # type: ignore[arg-type]  # likewise
    assert says in refused.value.says, refused.value.says
    assert next_step in refused.value.next_step, refused.value.next_step


def test_an_environment_is_known_by_the_host() -> None:
    profile = load("hubject-emp")
    assert (found := environment(profile, None, "qa-service.hubject.com")) and found.name == "qa"
    assert (found := environment(profile, None, "service.hubject.com")) and found.name == "prod"


def test_what_nobody_has_verified_is_told() -> None:
    told = hubject(("provider", "DE-DCB"), own_trust=True).unverified
    assert any("qa-service.hubject.com" in one for one in told) and any("ISO 15118" in one for one in told)
    assert agree(load("generic-https"), None, load("generic-https").endpoints[0], {"host": "x", "port": "1"}).unverified == ()


def test_filling_is_done_once() -> None:
    assert fill("{a}{b}", {"a": "{b}", "b": "x"}) == "{b}x"
