"""probe profiles and checks by profile, as a user types them."""

import json
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab.partner import Partner, application, profile
from probe.lab.platform import TEST_HOST, other_hierarchy
from probe.lab.shop import credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.profiles import shipped
from probe.profiles.read import read, read_marks

Capture = pytest.CaptureFixture[str]
PROD, TEST = hierarchy("shop.example"), other_hierarchy()


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("PROBE_PROFILES", str(folder))
    return folder


def test_list_names_all_and_what_is_not_verified(own: Path, capsys: Capture) -> None:
    (own / "bad.toml").write_text("schema = 1\n")
    (own / "mine.toml").write_text(profile(443))
    assert run(["profiles", "list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in shipped()) and "not verified" in out
    assert "own, cannot be used" in out and "Partner platform of the laboratory (own)" in out


@pytest.mark.parametrize("name", shipped())
def test_show_names_what_is_not_verified(name: str, capsys: Capture) -> None:
    assert run(["profiles", "show", name]) == 0
    out = capsys.readouterr().out
    assert "Endpoints" in out and "Sources: " in out and "Traceback" not in out
    assert run(["profiles", "show", name, "--toml"]) == 0
    assert read(capsys.readouterr().out, "x").faults == ()


def test_new_writes_what_validates(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.toml"
    assert run(["profiles", "new", "mine", "--output", str(file)]) == 0
    assert run(["profiles", "validate", str(file)]) == 0
    assert "is in order" in capsys.readouterr().out
    assert run(["profiles", "new", "Not A Name"]) == 2


def test_validate_tells_all_faults_with_their_lines(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('schema = 1\nid = "mine"\ntitel = "x"\n[endpoints.a]\nhots = "x"\nport = "y"\n')
    assert run(["profiles", "validate", str(file)]) == 2
    out = capsys.readouterr().out
    assert "mine.toml line 3: unknown field 'titel', did you mean 'title'?" in out
    assert "mine.toml line 5: unknown field 'hots', did you mean 'host'?" in out
    assert run(["profiles", "validate", str(tmp_path / "none.toml")]) == 2
    assert run(["check", "--profile", str(file)]) == 2
    assert "more faults in it.)" in capsys.readouterr().err


def test_learn_from_two_endpoints_and_find_the_wrong_one(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "learned.toml"
    with Stage() as stage:
        prod, test = (stage.tls(Serving(credentials=(one.whole,))) for one in (PROD, TEST))
        places = ("--connect", f"{LOOPBACK}:{prod}", "--connect", f"{LOOPBACK}:{test}")
        given = (f"prod=https://shop.example:{prod}", f"qa=https://{TEST_HOST}:{test}")
        assert run(["profiles", "learn", *given, *places, "--output", str(file)]) == 0
        found = read(file.read_text(), "learned").profile
        assert found is not None
        marks = {one.name: one.marks for one in found.environments}
        assert [one.text for one in marks["qa"].server_names] == [TEST_HOST]
        assert [one.text for one in marks["prod"].issuer_regex] == ["^CN=Lab Issuing CA$", "^CN=Lab Root CA$"]
        capsys.readouterr()
        # Production is meant, its name leads to the test system.
        trusting = ("--trust", stage.trust_file(PROD.root), "--no-app")
        assert run(["check", "--profile", str(file), "--env", "prod", "--connect", f"{LOOPBACK}:{test}", *trusting, "--format", "json"]) == 1
        result = json.loads(capsys.readouterr().out)["results"][0]
        assert result["cause"]["code"] == "environment.server" and result["cause"]["certainty"] == "proven"
        assert run(["check", "--profile", str(file), "--env", "prod", "--connect", f"{LOOPBACK}:{prod}", *trusting]) == 0


def test_learn_from_two_folders_of_authorities(tmp_path: Path, own: Path, capsys: Capture) -> None:
    for name, one in (("prod", PROD), ("qa", TEST)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "root.pem").write_text(one.root.pem)
        (tmp_path / name / "issuing.pem").write_text(one.intermediate.pem)
    given = (f"prod={tmp_path / 'prod'}", f"qa={tmp_path / 'qa'}")
    target = own / "hubject-emp.marks.toml"
    assert run(["profiles", "learn", *given, "--profile", "hubject-emp", "--output", str(target)]) == 0
    wanted, found, faults = read_marks(target.read_text(), "x")
    assert wanted == "hubject-emp" and not faults and {len(one.marks.anchor_sha256) for one in found} == {2}
    with Stage() as stage:
        leaf = PROD.intermediate.issue("service.hubject.com")
        port = stage.tls(Serving(credentials=(credentials(leaf, PROD.intermediate),)))
        options = ("--profile", "hubject-emp", "--env", "prod", "--var", "provider=DE-DCB", "--connect", f"{LOOPBACK}:{port}", "--no-app", "--format", "json")
        capsys.readouterr()
        assert run(["check", *options, "--trust", str(tmp_path / "qa")]) == 1
        result = json.loads(capsys.readouterr().out)["results"][0]
        assert result["cause"]["code"] == "environment.trust-store", result["findings"]
    assert run(["profiles", "learn", *given, "--client"]) == 0
    assert "client_issuer_regex" in capsys.readouterr().out


REFUSED = (
    ("one", ("prod=https://shop.example",), "Two environments are to be told apart."),
    ("no sign", ("prod", "qa"), "is not of the form ENVIRONMENT=TARGET"),
    ("the same name", ("a=x", "a=y"), "Both environments are called a."),
    ("unknown environment", ("a=x", "b=y", "--profile", "hubject-emp"), "has no environment 'a'"),
    ("nobody there", ("a=127.0.0.1:1", "b=127.0.0.1:1"), "showed no certificate"),
)


@pytest.mark.parametrize(("given", "says"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_learn_refuses_in_a_sentence(given: tuple[str, ...], says: str, capsys: Capture) -> None:
    assert run(["profiles", "learn", *given]) == 2
    assert says in capsys.readouterr().err


def test_nothing_that_tells_apart(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "root.pem"
    file.write_text(PROD.root.pem)
    assert run(["profiles", "learn", f"a={file}", f"b={file}"]) == 2
    assert "Nothing tells a from the other environment" in capsys.readouterr().err


def platform(stage: Stage, partner: Partner | None = None) -> tuple[str, ...]:
    port = stage.tls(Serving(credentials=(PROD.whole,), answer=application(partner or Partner())))
    file = stage.write("platform.toml", profile(port))
    return (
        "check",
        "--profile",
        str(file),
        "--env",
        "prod",
        "--var",
        "partner=DE-LAB",
        "--connect",
        f"{LOOPBACK}:{port}",
        "--trust",
        stage.trust_file(PROD.root),
    )


@pytest.mark.parametrize("form", ["terminal", "json", "markdown", "html"])
def test_every_format_shows_the_checks_and_the_profile(form: str, capsys: Capture) -> None:
    with Stage() as stage:
        assert run([*platform(stage), "--format", form]) == 0
    out = capsys.readouterr().out
    assert "lab-partner" in out and "Process-ID" in out and "read-one" in out
    assert form == "terminal" or "It is not done without --allow start: it starts a session." in out


def test_a_pipeline_is_told_too(capsys: Capture) -> None:
    with Stage() as stage:
        assert run([*platform(stage, Partner(trouble="address")), "--format", "junit"]) == 1
    out = capsys.readouterr().out
    assert "Profile: lab-partner" in out and "Check read-one: PROBLEM" in out


def test_consent_and_only_then(capsys: Capture) -> None:
    with Stage() as stage:
        line = platform(stage)
        assert run([*line, "--allow", "start", "--format", "json"]) == 0
        result = json.loads(capsys.readouterr().out)["results"][0]
        assert [(one["id"], one["state"]) for one in result["checks"]] == [("read-one", "well"), ("start", "well")]
        names = [one["question"]["name"] for one in result["observation"]["attempts"]]
        assert names == ["ordinary", "check-start"]
        assert run([*line, "--format", "json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["results"][0]["observation"]["attempts"]) == 1
        assert run([*line, "--allow", "stop"]) == 2


def test_what_is_sporadic_is_asked_again_once(capsys: Capture) -> None:
    with Stage() as stage:
        assert run([*platform(stage, Partner(trouble="once")), "--format", "json"]) == 0
        result = json.loads(capsys.readouterr().out)["results"][0]
        assert [(one["code"], one["effect"]) for one in result["findings"]] == [("app.http-status", "risks")]
        assert [one["state"] for one in result["checks"]] == ["unread", "well", "not done"]
        assert run([*platform(stage, Partner(trouble="gateway")), "--format", "json"]) == 1
        result = json.loads(capsys.readouterr().out)["results"][0]
        assert result["cause"]["code"] == "app.http-status" and len(result["observation"]["attempts"]) == 2


def test_a_consent_is_not_used_after_a_refusal(capsys: Capture) -> None:
    with Stage() as stage:
        line = platform(stage, Partner(mine="DE-OTH"))
        assert run([*line, "--allow", "start", "--format", "json"]) == 1
        result = json.loads(capsys.readouterr().out)["results"][0]
    assert len(result["observation"]["attempts"]) == 1 and result["checks"][1]["state"] == "not done"


def test_a_report_is_repeated_and_replayed(tmp_path: Path, capsys: Capture) -> None:
    saved = tmp_path / "seen.json"
    with Stage() as stage:
        line = platform(stage, Partner(mine="DE-OTH"))
        assert run([*line, "--save", str(saved), "--format", "json"]) == 1
    first = json.loads(capsys.readouterr().out)
    assert run(["report", str(saved), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == first
    assert run(["report", str(saved)]) == 1
    out = capsys.readouterr().out
    assert "--env prod --endpoint platform --var partner=DE-LAB" in out and "Application checks" in out


def test_redaction_hides_the_partner(tmp_path: Path, capsys: Capture) -> None:
    for form in ("terminal", "json", "markdown", "html"):
        with Stage() as stage:
            assert run([*platform(stage, Partner(mine="DE-OTH")), "--redact", "--format", form]) == 1
        out = capsys.readouterr().out
        assert "DE-LAB" not in out and "shop.example" not in out and "platform.toml" not in out and "0f6d9b1e" not in out


def test_a_client_that_compares_no_names_is_not_stopped_by_them(capsys: Capture) -> None:
    made = hierarchy("other.example")
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,)))
        given = ("--var", "host=b2b.partner.example", "--var", f"ca_folder={stage.trust_file(made.root)}", "--connect", f"{LOOPBACK}:{port}")
        assert run(["check", "--profile", "nexuse2e-partner", *given]) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert "whose names are not compared" in out and "this client compares no names; the certificate is for other.example" in out
        assert run(["check", "--profile", "generic-https", "--var", "host=b2b.partner.example", "--trust", given[3].partition("=")[2], *given[4:]]) == 1


def test_a_plan_of_one_name_offered_in_alpn(capsys: Capture) -> None:
    made = hierarchy("mindconnectmqtt.eu1.mindsphere.io")
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), alpn=("x-amzn-mqtt-ca",)))
        chosen = ("--profile", "insights-hub-mqtt", "--env", "eu1", "--var", f"broker_root={stage.trust_file(made.root)}", "--connect", f"{LOOPBACK}:{port}")
        assert run(["check", *chosen, "--endpoint", "broker-eu1-alpn", "--format", "json"]) == 0
        result = json.loads(capsys.readouterr().out)["results"][0]
        assert [one["state"] for one in result["checks"]] == ["not done", "not done"]
        assert "This version does not speak MQTT." in [one["says"] for one in result["checks"]]
