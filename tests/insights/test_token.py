"""The token: where it may come from, and that it goes nowhere but into one header field."""

import base64
import json
import pickle
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.jobs.insights_hub.token import Token, token
from probe.lab.answers import Answer
from probe.profiles import document
from tests.insights.conftest import Run
from tests.insights.double import TOKEN, Hub

Caught = pytest.CaptureFixture[str]


def jwt(**claims: object) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "RS256"}, claims)]
    return ".".join((*parts, "c2lnbmF0dXJl"))


def test_it_is_in_no_output_and_no_file(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    for words in (("upload", "acme.pem"), ("verify", "acme.pem"), ("list", "--format", "json"), ("list", "--dry-run")):
        assert ca(*words) == 0
    captured = capsys.readouterr()
    texts = [captured.out, captured.err, *(one.read_text() for one in folder.iterdir())]
    assert any(TOKEN.encode() in one for one in hub.requests) and not any(TOKEN in one for one in texts)


def test_an_answer_that_spells_it_otherwise_does_not_show_it(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    spelled = "".join(f"\\u{ord(one):04x}" for one in TOKEN)
    row = f'[{{"id": "a", "name": "{spelled}", "commonName": "acme", "expiration": "x"}}]'
    hub.forced[("GET", "/caCertificates")] = Answer(body=row.encode(), content_type="application/json")
    assert ca("list") == 0 and ca("list", "--format", "json") == 0
    hub.forced[("GET", "/caCertificates")] = Answer(status=403, body=f'{{"errors": [{{"message": "{spelled}"}}]}}'.encode(), content_type="application/json")
    assert ca("list") == 1
    said = capsys.readouterr().out
    assert TOKEN not in said and said.count("(hidden)") == 3


def test_from_a_file(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    (folder / "token.txt").write_text(f"Bearer {TOKEN}\r\n")
    assert ca("list", token=("--token-file", "token.txt")) == 0
    assert ca("list", "--dry-run", token=("--token-file", "token.txt")) == 0
    said = capsys.readouterr().out
    assert "Authorization: Bearer $(cat token.txt)" in said and TOKEN not in said
    assert len(hub.requests) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "No token is given."),
        (("--token-env", "NOT_THERE"), "not the token itself"),
        (("--token-env", TOKEN), "what was given is none"),
        (("--token-env", TOKEN.replace(".", "").replace("-", "")), "does not exist"),
        (("--token-env", "EMPTY"), "holds nothing"),
        (("--token-env", "LINES"), "holds blanks, line breaks"),
        (("--token-env", "LONG"), "more than 8192"),
        (("--token-file", "gone.txt"), "does not exist"),
        (("--token-file", "acme.pem"), "holds blanks, line breaks"),
        (("--token-env", "HUB_TOKEN", "--token-file", "acme.pem"), "exclude each other"),
    ],
)
def test_what_cannot_be_a_token(hub: Hub, ca: Run, folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str) -> None:
    for name, value in (("EMPTY", ""), ("LINES", f"{TOKEN}\r\nX-Evil: 1"), ("LONG", TOKEN * 400)):
        monkeypatch.setenv(name, value)
    assert ca("list", token=words) == 2
    said = capsys.readouterr().err
    assert says in " ".join(said.split()) and TOKEN not in said and TOKEN.replace(".", "").replace("-", "") not in said
    assert hub.requests == []


def test_one_that_says_that_it_ended_is_not_sent(hub: Hub, ca: Run, folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD", jwt(exp=1_700_000_000))
    for words in (("list",), ("upload", "acme.pem"), ("verify", "acme.pem")):
        assert ca(*words, token=("--token-env", "OLD")) == 1
        assert "it ended on 2023-11-14 22:13 UTC. Nothing was sent." in " ".join(capsys.readouterr().out.split())
    assert hub.requests == []


@pytest.mark.parametrize("claims", [{}, {"exp": "soon"}, {"exp": True}, {"exp": 10**400}, {"exp": 4_000_000_000}])
def test_one_that_says_nothing_of_it_is_sent(claims: dict[str, object], hub: Hub, ca: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", jwt(**claims))
    assert ca("list", token=("--token-env", "MINE")) == 1, "the double does not take it"
    assert len(hub.requests) == 1


def test_it_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", TOKEN)
    one = token("HUB_TOKEN", None)
    assert TOKEN not in repr(one) and one.value == TOKEN
    with pytest.raises(TypeError):
        pickle.dumps(one)
    assert Token("x", "$X").ends is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--gateway", "http://gateway.example"), "must not travel in plain text"),
        (("--gateway", "https://gateway.example/?token=x"), "at most a path"),
        (("--gateway", "https://me:secret@gateway.example"), "holds a user name or a password"),
        (("--region", "mars1"), "There is no region 'mars1'."),
        (("--format", "html"), "There is no format 'html'"),
        (("--timeout", "0"), "--timeout 0 cannot be used"),
    ],
)
def test_wrong_usage(capsys: Caught, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str) -> None:
    monkeypatch.setenv("HUB_TOKEN", TOKEN)
    assert run(["insights-hub", "ca", "list", "--token-env", "HUB_TOKEN", *words]) == 2
    said = capsys.readouterr().err
    assert says in said and "secret@" not in said


def test_what_nobody_verified_says_so(folder: Path, capsys: Caught) -> None:
    assert run(["insights-hub", "ca", "list", "--dry-run", "--region", "eu2"]) == 0
    said = capsys.readouterr().out
    assert "gateway.eu2.mindsphere.io, was not verified" in said and "Host: gateway.eu2.mindsphere.io" in said
    assert run(["insights-hub", "ca", "list", "--dry-run"]) == 0
    assert "not verified" not in capsys.readouterr().out


def test_regions_are_data(folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    row = '{ region = "cn1", host = "gateway.cn1.example", verified = false, source = "a mail" },'
    text = document("insights-hub-mqtt").replace("gateways = [", f"gateways = [\n  {row}").replace("limit = 2", "limit = 3")
    (folder / "insights-hub-mqtt.toml").write_text(text)
    monkeypatch.setenv("PROBE_PROFILES", str(folder))
    assert run(["insights-hub", "ca", "list", "--dry-run", "--region", "cn1"]) == 0
    said = capsys.readouterr().out
    assert "gateway.cn1.example, was not verified (a mail)" in said and "Host: gateway.cn1.example" in said
    (folder / "insights-hub-mqtt.toml").write_text(text.replace('id = "upload"', 'id = "push"'))
    assert run(["insights-hub", "ca", "list", "--dry-run"]) == 2
    assert "does not say how an authority is registered" in capsys.readouterr().err


def test_a_path_before_the_api(capsys: Caught) -> None:
    assert run(["insights-hub", "ca", "list", "--dry-run", "--gateway", "https://cloud.example:8443/hub/"]) == 0
    said = capsys.readouterr().out
    assert "GET /hub/api/mindconnectmqtt/v3/caCertificates HTTP/1.1" in said and "Host: cloud.example:8443" in said
