"""Uploading and verifying an authority, against the double of the API: what is sent, what is compared, and that nothing is made twice."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.facts import codec
from probe.facts.registration import Progress
from probe.lab.answers import Answer
from tests.insights.conftest import Run
from tests.insights.double import BASE, PROSE, SAMPLE, TOKEN, Hub

Caught = pytest.CaptureFixture[str]


def state(folder: Path, name: str = "acme") -> Progress:
    return codec.parse(Progress, (folder / f"{name}.insights-hub.json").read_text())


def test_the_whole_way(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem", "--name", "Acme agents") == 0
    said = capsys.readouterr().out
    assert "id is 60b5fccd440b1513205d8001" in said and "probe insights-hub ca verify acme.pem" in said
    assert [one.stage for one in state(folder).registered] == ["uploaded"]
    assert ca("verify", "acme.pem") == 0
    assert "It is verified: agents" in capsys.readouterr().out
    assert hub.kept[0].verified and hub.kept[0].name == "Acme agents"
    assert state(folder).registered[0].stage == "verified" and state(folder).registered[0].id == hub.kept[0].id
    assert ca("list", "--ca", "acme.pem") == 0
    shown = capsys.readouterr().out
    assert "Acme agents" in shown and "yes" in shown and "1 of at most 2" in shown
    assert hub.asked()[:2] == [f"GET {BASE}/caCertificates", f"POST {BASE}/caCertificates"]
    assert run(["insights-hub", "ca", "check", "acme.pem"]) == 0
    assert "Noted here: verified at gateway.example" in capsys.readouterr().out


def test_what_is_there_is_not_made_twice(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0 and ca("upload", "acme.pem") == 0
    assert "It is uploaded already; nothing was sent." in capsys.readouterr().out
    assert ca("verify", "acme.pem") == 0
    sent = len(hub.requests)
    assert ca("verify", "acme.pem") == 0
    assert "verified already" in capsys.readouterr().out and len(hub.requests) == sent + 1
    assert hub.uploads == 1 and sum(one.startswith("POST") for one in hub.asked()) == 2


def test_an_answer_that_got_lost_is_looked_for(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    hub.lost = ("POST", "/caCertificates")
    assert ca("upload", "acme.pem", "--name", "Acme") == 3
    said = capsys.readouterr().out
    assert "Whether it was done is not known." in said and "makes nothing twice" in said
    assert state(folder).registered[0].stage == "sent" and hub.uploads == 1
    assert ca("upload", "acme.pem", "--name", "Acme") == 0
    assert hub.uploads == 1 and state(folder).registered[0].id == hub.kept[0].id
    hub.lost = ("POST", "/verify")
    assert ca("verify", "acme.pem") == 3 and hub.kept[0].verified
    assert ca("verify", "acme.pem") == 0
    assert "verified already" in capsys.readouterr().out and state(folder).registered[0].stage == "verified"


def test_ctrl_c_in_the_middle_of_an_upload(hub: Hub, served: tuple[Hub, tuple[str, ...]], ca: Run, folder: Path) -> None:
    called: list[subprocess.Popen[bytes]] = []
    gone = threading.Event()

    def interrupt(request: bytes) -> Answer:
        hub.forced.clear()
        answer = Answer(status=hub._upload(request.partition(b"\r\n\r\n")[2])[0])
        called[0].send_signal(signal.SIGINT)
        gone.wait(30)
        return answer

    hub.forced[("POST", "/caCertificates")] = Answer(choose=interrupt)
    line = [sys.executable, "-m", "probe", "insights-hub", "ca", "upload", "acme.pem", "--name", "Acme", "--token-env", "HUB_TOKEN", *served[1]]
    called.append(subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    out, errors = called[0].communicate(timeout=50)
    gone.set()
    assert called[0].returncode == 130 and b"Interrupted." in out and b"Traceback" not in errors
    assert state(folder).registered[0].stage == "sent" and hub.uploads == 1
    assert sorted(one.name for one in folder.iterdir() if one.name.startswith((".", "acme"))) == ["acme.insights-hub.json", "acme.key", "acme.pem"]
    assert ca("upload", "acme.pem", "--name", "Acme") == 0
    assert hub.uploads == 1 and state(folder).registered[0].id == hub.kept[0].id


def test_without_the_state_file_the_list_is_asked(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    (folder / "acme.insights-hub.json").unlink()
    assert ca("upload", "acme.pem") == 0
    assert hub.uploads == 1 and "likely and not proven" in capsys.readouterr().out
    assert state(folder).registered[0].id == hub.kept[0].id


def test_two_is_the_limit(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert run(["insights-hub", "ca", "create", "--tenant", "third"]) == 0
    assert ca("upload", "acme.pem") == 0 and ca("upload", "other.pem") == 0
    capsys.readouterr()
    assert ca("upload", "third.pem") == 1
    said = capsys.readouterr().out
    assert 'There are 2 authorities, and a tenant can have 2: "acme" (id' in said and "Delete one" in said
    assert hub.uploads == 2 and not (folder / "third.insights-hub.json").exists()


def test_the_limit_of_the_api_itself_is_told(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    hub.limit = 0
    assert ca("upload", "acme.pem") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "HTTP 400 while uploading the authority: mdsp.mcmqtt.LimitExceeded: Only 2" in said and "Probably there are as many" in said
    assert state(folder).registered == (), "what was surely not made is forgotten"


@pytest.mark.parametrize(("spelling", "tried"), [(PROSE, 1), (SAMPLE, 2)])
def test_both_spellings_of_the_path_of_the_code(hub: Hub, ca: Run, folder: Path, spelling: object, tried: int) -> None:
    assert ca("upload", "acme.pem") == 0
    hub.spellings = (PROSE if spelling is PROSE else SAMPLE,)
    assert ca("verify", "acme.pem") == 0
    assert sum(one.endswith("/registrationCode") for one in hub.asked()) == tried and hub.kept[0].verified


def test_a_list_in_another_form_is_read(hub: Hub, ca: Run, folder: Path) -> None:
    hub.wrapped = "content"
    assert ca("upload", "acme.pem") == 0 and ca("verify", "acme.pem") == 0
    assert hub.kept[0].verified


def test_another_certificate_under_the_id_is_told(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    document = {"id": "60b5", "name": "x", "expiration": "2031-05-30T09:22:55.000Z", "commonName": "tenant"}
    hub.forced[("POST", "/caCertificates")] = Answer(status=201, body=json.dumps(document).encode(), content_type="application/json")
    assert ca("upload", "acme.pem") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert 'tells the common name "tenant", and the file has "acme"' in said and "ends on 2031-05-30 09:22:55 UTC" in said


def test_one_that_was_deleted_meanwhile_is_uploaded_again(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    hub.kept.clear()
    assert ca("verify", "acme.pem") == 1
    assert "not among those of the tenant" in " ".join(capsys.readouterr().out.split())
    assert ca("upload", "acme.pem") == 0
    assert "is not there any more" in capsys.readouterr().out and hub.uploads == 2


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (("list",), ["GET /caCertificates"]),
        (("upload", "acme.pem", "--name", 'A "name"\\ of Müller'), ["GET /caCertificates", "POST /caCertificates"]),
    ],
)
def test_a_dry_run_shows_the_very_requests_and_sends_none(hub: Hub, ca: Run, folder: Path, capsys: Caught, words: tuple[str, ...], sent: list[str]) -> None:
    assert ca(*words, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert hub.requests == [] and TOKEN not in shown and not (folder / "acme.insights-hub.json").exists()
    assert ca(*words) == 0
    assert hub.asked() == [one.replace(" /", f" {BASE}/") for one in sent]
    for one in hub.requests:
        lines = one.decode().replace(TOKEN, "$HUB_TOKEN").replace("\r\n", "\n").rstrip("\n").split("\n")
        assert "\n".join(f"  {line}".rstrip() for line in lines) in shown
    for kept in hub.kept:
        assert kept.name == words[3]


def test_a_dry_run_of_the_proof(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("verify", "acme.pem", "--dry-run", token=()) == 0
    shown = capsys.readouterr().out
    assert "GET /api/mindconnectmqtt/v3/caCertificates/<id>/registrationCode" in shown and "GET /api/mindconnectmqtt/v3/<id>/registrationCode" in shown
    assert '{"verificationCertificate":"(PEM of the verification certificate)"}' in shown and "Bearer $TOKEN" in shown
    assert hub.requests == []


def test_a_state_file_of_another_certificate_does_not_count(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    (folder / "acme.pem").write_bytes((folder / "other.pem").read_bytes())
    (folder / "acme.key").write_bytes((folder / "other.key").read_bytes())
    assert ca("upload", "acme.pem") == 0
    assert "is about another certificate" in capsys.readouterr().out and hub.uploads == 2


@pytest.mark.parametrize("damage", ["", "{", '{"schema": 1}', '{"schema": 1, "sha256": 5}', '{"schema": 99, "sha256": "00"}', "\udcff"])
def test_a_damaged_state_file_is_named(hub: Hub, ca: Run, folder: Path, capsys: Caught, damage: str) -> None:
    (folder / "acme.insights-hub.json").write_bytes(damage.encode("utf-8", "surrogateescape"))
    assert ca("upload", "acme.pem") == 2
    said = capsys.readouterr().err
    assert "acme.insights-hub.json" in said and "nothing is lost by that" in said and hub.requests == []


def test_a_file_that_is_no_authority_is_not_sent(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert run(["insights-hub", "agent", "create", "--tenant", "acme", "--device", "press", "--ca", "acme.pem"]) == 0
    assert ca("upload", "press.pem") == 1
    (folder / "both.pem").write_bytes((folder / "acme.pem").read_bytes() + (folder / "acme.key").read_bytes())
    assert ca("upload", "both.pem") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "CA:FALSE" in said and "holds 2 certificates" in said and "also holds a private key" in said
    assert hub.requests == []
