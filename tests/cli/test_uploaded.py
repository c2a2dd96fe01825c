"""--uploaded in check and go-live, and what `profiles` says and spares, as a user types them."""

import json
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.jobs.pin import uploaded
from probe.lab.dns_server import Record, Zone
from probe.lab.pki import Issued
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

Capture = pytest.CaptureFixture[str]
SHOP = hierarchy()
BEFORE = SHOP.intermediate.issue(HOST, traits=Traits(starts=-60, ends=30))


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBE_PROFILES", str(tmp_path / "own"))


def asked(command: str, uploaded: Issued | None, tmp_path: Path, *more: str) -> int:
    """Run a command for the partner's endpoint; without an uploaded file also without the authority of one's own."""
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(SHOP.whole,)))
        dns = stage.dns(Zone(records=(Record(name=HOST, type="A", value=LOOPBACK),)))
        where = ("--resolver", dns, "--profile", "hubject-partner-endpoint", "--var", f"host={HOST}", "--connect", f"{LOOPBACK}:{port}")
        if uploaded is None:
            return run([command, *where, *more])
        (tmp_path / "uploaded.pem").write_text(uploaded.pem)
        return run([command, *where, "--trust", stage.trust_file(SHOP.root), "--uploaded", str(tmp_path / "uploaded.pem"), *more])


@pytest.mark.parametrize(("uploaded", "code", "risks"), [(SHOP.leaf, 0, []), (BEFORE, 0, ["chain.pin-mismatch"])], ids=["same", "renewed"])
def test_check_compares_with_what_was_uploaded(uploaded: Issued, code: int, risks: list[str], tmp_path: Path, capsys: Capture) -> None:
    assert asked("check", uploaded, tmp_path, "--format", "json") == code
    (found,) = json.loads(capsys.readouterr().out)["results"]
    assert [one["code"] for one in found["findings"] if one["effect"] == "risks"] == risks
    assert found["observation"]["target"]["pin"]["filed"] is True


def test_a_chain_that_was_handed_over_is_its_certificate(tmp_path: Path) -> None:
    """In whatever order: the one whose issuers the others are."""
    for number, order in enumerate(((SHOP.leaf, SHOP.intermediate, SHOP.root), (SHOP.root, SHOP.intermediate, SHOP.leaf))):
        file = tmp_path / f"{number}.pem"
        file.write_text("".join(one.pem for one in order))
        found = uploaded(str(file))
        assert found.certificate and found.certificate.der == SHOP.leaf.der


@pytest.mark.parametrize(
    ("uploaded", "outcome", "says"), [(SHOP.leaf, "pass", "Exactly the certificate in"), (BEFORE, "fail", "was renewed since the other side got")]
)
def test_go_live_has_an_item_for_it(uploaded: Issued, outcome: str, says: str, tmp_path: Path, capsys: Capture) -> None:
    asked("go-live", uploaded, tmp_path, "--format", "json")
    items = [one for part in json.loads(capsys.readouterr().out)["results"] for one in part["items"] if one["id"] == "pin"]
    assert [one["outcome"] for one in items] == [outcome] and says in items[0]["says"]


def test_what_is_on_file_decides_and_was_not_said(tmp_path: Path, capsys: Capture) -> None:
    """An authority of one's own that nobody knows here is no proven fault: the certificate may be on file."""
    assert asked("check", None, tmp_path, "--no-fetch") == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "whether the other side has its certificate on file was not said (--uploaded FILE)" in said
    assert "See what the other side has on file as the certificate of shop.example" in said and "Hubject portal" in said
    asked("go-live", None, tmp_path, "--format", "json")
    items = [one for part in json.loads(capsys.readouterr().out)["results"] for one in part["items"] if one["id"] == "chain"]
    assert [one["outcome"] for one in items] == ["not-done"] and "was not said (--uploaded FILE)" in items[0]["says"]


def test_a_plan_has_a_field_for_it(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "plan.toml").write_text('schema = 1\n[[endpoint]]\nname = "Ours"\ndirection = "in"\ntarget = "https://shop.example"\nuploaded = "none.pem"\n')
    assert run(["go-live", str(tmp_path / "plan.toml")]) == 2
    said = capsys.readouterr().err
    assert "plan.toml line 6: " in said and "none.pem does not exist" in said


WRONG = (
    ("missing", lambda path: path / "none.pem", "none.pem does not exist."),
    ("no certificate", lambda path: path / "empty.pem", "holds no certificate"),
    ("two", lambda path: path / "two.pem", "holds 2 certificates, and they are not one with its issuers."),
)


@pytest.mark.parametrize(("name", "says"), [(one[1], one[2]) for one in WRONG], ids=[one[0] for one in WRONG])
def test_a_file_that_cannot_be_used_is_one_sentence(name: object, says: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    (tmp_path / "two.pem").write_text(SHOP.leaf.pem + SHOP.root.pem)
    file = name(tmp_path) if callable(name) else name
    assert run(["check", "https://shop.example", "--uploaded", str(file)]) == 2
    said = capsys.readouterr().err
    assert says in said and "Traceback" not in said


def test_learn_does_not_overwrite(tmp_path: Path, capsys: Capture) -> None:
    for name, one in (("prod", SHOP), ("qa", hierarchy("qa.example", root=Traits(common_name="QA Root", ca=True)))):
        (tmp_path / f"{name}.pem").write_text(one.root.pem + one.leaf.pem)
    output = tmp_path / "learned.toml"
    output.write_text("kept\n")
    given = ["profiles", "learn", f"prod={tmp_path / 'prod.pem'}", f"qa={tmp_path / 'qa.pem'}", "--output", str(output)]
    assert run(given) == 2
    assert "learned.toml exists already." in capsys.readouterr().err and output.read_text() == "kept\n"
    assert run([*given, "--force"]) == 0 and "environments" in output.read_text()


def test_show_says_what_is_expected_and_what_is_not_used(capsys: Capture) -> None:
    assert run(["profiles", "show", "hubject-emp"]) == 0
    shown = capsys.readouterr().out
    assert "TLS versions of the client: TLSv1.2 to any" in shown and "Public authorities: forbidden" in shown
    assert "The certificate of an own server cannot serve as client certificate" in shown
    assert run(["profiles", "show", "nexuse2e-partner"]) == 0
    shown = capsys.readouterr().out
    assert "Expected certificate: {present_certificate} until {switch_on}" in shown and "Judged as the client stack: java" in shown
    assert "The client certificate is sent with all its issuers" in shown
    assert run(["profiles", "show", "matrix42-native-connector"]) == 0
    shown = capsys.readouterr().out
    assert "No proxy is used for directory" in shown and "Not used by a check: reachable_from_client" in shown
