"""probe profiles and checks by profile, as a user types them."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

from probe.cli.main import run
from probe.lab.answers import Answer
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


NOT_UNDERSTOOD = (("failing", "app.http-status", "500", 2), ("greeting", "app.protocol", "200", 1))


@pytest.mark.parametrize(("trouble", "code", "status", "times"), NOT_UNDERSTOOD, ids=[one[0] for one in NOT_UNDERSTOOD])
def test_an_answer_that_no_row_explains_is_no_success(trouble: str, code: str, status: str, times: int, capsys: Capture) -> None:
    with Stage() as stage:
        line = platform(stage, Partner(trouble=trouble))
        assert run([*line, "--allow", "start", "--format", "json"]) == 3
        result = json.loads(capsys.readouterr().out)["results"][0]
        assert run([*line]) == 3
    assert result["verdict"] == "undecided" and [(one["code"], one["effect"], one["certainty"]) for one in result["findings"]] == [(code, "risks", "possible")]
    # What is not understood is no reason to go on to what has side effects.
    assert [one["question"]["check"] for one in result["observation"]["attempts"]] == ["read-one"] * times
    out = " ".join(capsys.readouterr().out.split())
    assert f"was answered with HTTP status {status}" in out and "the profile lab-partner does not say what this answer means" in out
    assert "what the answer to GET /partners/DE-LAB/records?page=0&size=1 means is not known" in out and "probe profiles validate" in out


def test_every_check_that_was_done_is_on_the_terminal_once(capsys: Capture) -> None:
    with Stage() as stage:
        assert run([*platform(stage), "--allow", "start"]) == 0
        out = capsys.readouterr().out
        assert [line.split(":")[0].split() for line in out.splitlines() if line.startswith("  Check ")] == [["Check", "read-one"], ["Check", "start"]]
        assert run([*platform(stage, Partner(trouble="once"))]) == 0
        (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("  Check "))
        assert "read-one: ok, HTTP status 200" in line


def test_a_broker_that_was_not_spoken_to_is_not_said_to_work(capsys: Capture) -> None:
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(PROD.whole,), answer=Answer(protocol="raw", body=b"220 mail.shop.example ESMTP ready\r\n")))
        line = ("check", "--profile", "generic-mqtts", "--var", "host=shop.example", "--trust", stage.trust_file(PROD.root), "--connect", f"{LOOPBACK}:{port}")
        assert run(list(line)) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert "whether the broker lets the client in was not asked (--allow-connect)" in out
        # What answers there is a mail server.
        for consent in (("--allow", "connect"), ("--allow-connect",)):
            assert run([*line, *consent]) == 1
            assert "app.protocol" in capsys.readouterr().out


def test_a_check_that_says_what_it_does_is_never_safe(capsys: Capture) -> None:
    """A check that contradicts itself is told with its line, and nothing of the profile is done."""
    asked: list[bytes] = []

    def listens(request: bytes) -> Answer:
        asked.append(request)
        return Answer()

    with Stage() as stage:
        port = stage.tls(Serving(credentials=(PROD.whole,), answer=Answer(choose=listens)))
        text = profile(port)
        line = text[: text.index("safe = false")].count("\n") + 1
        file = stage.write("contradicts.toml", text.replace("safe = false", "safe = true").replace('consent = "start"\n', ""))
        assert run(["profiles", "validate", str(file)]) == 2
        assert f"contradicts.toml line {line}: the check says in side_effects what it does" in capsys.readouterr().out
        given = ("--env", "prod", "--var", "partner=DE-LAB", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(PROD.root))
        assert run(["check", "--profile", str(file), *given]) == 2
    assert not asked


def test_what_was_edited_is_not_overwritten(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.toml"
    assert run(["profiles", "new", "mine", "--output", str(file)]) == 0
    file.write_text("edited")
    assert run(["profiles", "new", "mine", "--output", str(file)]) == 2
    assert "exists already" in capsys.readouterr().err and file.read_text() == "edited"
    assert run(["profiles", "new", "mine", "--output", str(file), "--force"]) == 0 and "edited" not in file.read_text()
    capsys.readouterr()
    assert run(["profiles", "new", "generic-https"]) == 0
    told = capsys.readouterr().err
    assert "also the name of a shipped profile" in told and "yours counts in its place" in told


def test_learn_opens_a_store_with_the_password_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    (tmp_path / "qa.pem").write_text(TEST.root.pem)
    made = serialize_java_truststore([PKCS12Certificate(PROD.root.x509, b"root")], BestAvailableEncryption(b"store-pass-9"))
    (tmp_path / "prod.p12").write_bytes(made)
    line = ["profiles", "learn", f"prod={tmp_path / 'prod.p12'}", f"qa={tmp_path / 'qa.pem'}"]
    assert run(line) == 2 and "--trust-password-env NAME" in capsys.readouterr().err
    monkeypatch.setenv("STORE_PASSWORD", "store-pass-9")
    assert run([*line, "--trust-password-env", "STORE_PASSWORD"]) == 0
    out = capsys.readouterr()
    assert "Lab Root CA" in out.out and "store-pass-9" not in out.out + out.err


WORDS = (("A-12345", "The account. It must match"), ("", "The account. For example"))


@pytest.mark.parametrize(("value", "says"), WORDS)
def test_a_value_that_does_not_fit_is_explained_in_sentences(value: str, says: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.toml"
    variable = '[variables.account]\ntype = "text"\npattern = "^A-[0-9]{4}$"\nhelp = "The account"\nexample = "A-1234"\n'
    file.write_text(f'schema = 1\nid = "mine"\ntitle = "Mine"\n{variable}[endpoints.a]\nhost = "shop.example"\nport = 443\n')
    assert run(["check", "--profile", str(file), "--var", f"account={value}"]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


def test_a_place_where_no_file_can_be_made(capsys: Capture) -> None:
    assert run(["profiles", "new", "mine", "--output", "/proc/x"]) == 2
    assert "No file can be made in /proc" in capsys.readouterr().err


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
        assert "It is not done without --allow-connect: it disconnects a running agent with the same client ID." in [one["says"] for one in result["checks"]]
