"""The proof of possession: certificates made by us, by openssl, with the wrong code, by the wrong key, and on a machine without the key."""

import subprocess
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab.answers import Answer
from tests.insights.conftest import Run
from tests.insights.double import Hub

Caught = pytest.CaptureFixture[str]


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def proof(code: str, authority: str = "acme", out: str = "verificationCert.pem", days: str = "7") -> None:
    """What the documentation has a user type."""
    openssl("genrsa", "-out", "verificationCert.key", "2048")
    openssl("req", "-new", "-key", "verificationCert.key", "-out", "verificationCert.csr", "-subj", f"/CN={code}")
    files = ("-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial", "-out", out)
    openssl("x509", "-req", "-in", "verificationCert.csr", *files, "-days", days, "-sha256")


def test_a_certificate_of_the_documented_commands_is_sent(hub: Hub, ca: Run, folder: Path) -> None:
    assert ca("upload", "acme.pem") == 0
    proof(hub.kept[0].code)
    (folder / "acme.key").unlink()
    assert ca("verify", "acme.pem", "--certificate", "verificationCert.pem") == 0
    assert hub.kept[0].verified


def test_without_the_key_the_code_and_the_commands_are_shown(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    key = (folder / "acme.key").read_bytes()
    (folder / "acme.key").unlink()
    capsys.readouterr()
    assert ca("verify", "acme.pem") == 3
    shown = capsys.readouterr().out
    assert hub.kept[0].code in shown and f"export REGISTRATION_CODE={hub.kept[0].code}" in shown
    assert not any("/verify" in one for one in hub.asked())
    (folder / "acme.key").write_bytes(key)
    lines = [line.strip() for line in shown.split("where the key is:")[1].split("\n") if line.strip()]
    subprocess.run(["bash", "-ec", "\n".join(lines)], check=True, capture_output=True)
    assert ca("verify", "acme.pem", "--certificate", "verificationCert.pem") == 0 and hub.kept[0].verified


@pytest.mark.parametrize(
    ("code", "authority", "why"),
    [
        ("ab" * 32, "acme", "it is another one"),
        ("01" * 16, "acme", "it has 32 characters, the code 64"),
        ("0101" * 16, "other", "not signed with the key of this authority"),
    ],
)
def test_a_certificate_that_proves_nothing_is_not_sent(hub: Hub, ca: Run, folder: Path, capsys: Caught, code: str, authority: str, why: str) -> None:
    assert ca("upload", "acme.pem") == 0
    proof(code, authority)
    assert ca("verify", "acme.pem", "--certificate", "verificationCert.pem") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert why in said and "The verification certificate was not sent." in said
    assert not any("/verify" in one for one in hub.asked())


def test_the_code_of_the_other_authority_is_named(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0 and ca("upload", "other.pem", "--name", "The other") == 0
    proof(hub.kept[1].code)
    assert ca("verify", "acme.pem", "--certificate", "verificationCert.pem") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert 'The CN is the registration code of another authority: "The other" (id 60b5fccd440b1513205d8002' in said
    assert not any("/verify" in one for one in hub.asked()) and not hub.kept[0].verified


@pytest.mark.parametrize(("code", "why"), [("x" * 65, "a CN holds 64 at most"), ("", "it is empty"), ("a b", "no letters"), ("ab\x1b[31m", "no letters")])
def test_a_code_that_cannot_be_a_name_is_refused(hub: Hub, ca: Run, folder: Path, capsys: Caught, code: str, why: str) -> None:
    assert ca("upload", "acme.pem") == 0
    hub.kept[0].code = code
    assert ca("verify", "acme.pem") == 1
    said = capsys.readouterr().out
    assert why in " ".join(said.split()) and "\x1b" not in said


def test_a_code_never_runs_as_a_command(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    hub.kept[0].code = "$(touch${IFS}hacked)"
    (folder / "acme.key").unlink()
    capsys.readouterr()
    assert ca("verify", "acme.pem") == 3
    line = next(line for line in capsys.readouterr().out.split("\n") if "export" in line)
    subprocess.run(["bash", "-c", line], check=True)
    assert not (folder / "hacked").exists() and "'$(touch" in line


def test_a_clock_that_is_wrong_stops_it_before_anything_is_sent(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    hub.skew = -7200.0
    assert ca("verify", "acme.pem") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "ahead of the gateway's" in said and not any("/verify" in one for one in hub.asked())
    hub.skew = 200.0
    assert ca("verify", "acme.pem") == 0, "what is dated back covers a few minutes"


def test_a_refusal_is_told_in_the_words_of_the_platform(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    body = b'{"errors": [{"code": "CertificateValidationException", "logref": "x", "message": "no\\u001b[2J"}]}'
    hub.forced[("POST", "/verify")] = Answer(status=400, body=body, content_type="application/json")
    assert ca("verify", "acme.pem") == 1
    said = capsys.readouterr().out
    assert "CertificateValidationException: no[U+001B][2J" in " ".join(said.split()) and "\x1b" not in said
    assert "Probably the certificate is not one that the service takes." in " ".join(said.split())


@pytest.mark.parametrize(
    ("document", "code", "why"),
    [
        (b'{"id": "60b5fccd440b1513205d8001", "isVerified": false}', 3, "does not say that the authority is verified"),
        (b'{"id": "60b5fccd440b1513205d8001"}', 3, "does not say that the authority is verified"),
        (b'{"id": "999", "isVerified": true}', 1, "about another authority (id 999)"),
        (b'{"id": "60b5fccd440b1513205d8001", "isVerified": "yes"}', 3, "isVerified is neither true nor false"),
        (b'{"isVerified": true}', 3, "the id of an authority is missing"),
    ],
)
def test_an_answer_that_does_not_say_verified_is_no_success(hub: Hub, ca: Run, folder: Path, capsys: Caught, document: bytes, code: int, why: str) -> None:
    assert ca("upload", "acme.pem") == 0
    hub.forced[("POST", "/verify")] = Answer(body=document, content_type="application/json")
    assert ca("verify", "acme.pem") == code
    assert why in " ".join(capsys.readouterr().out.split())
    assert '"uploaded"' in (folder / "acme.insights-hub.json").read_text()


def test_an_encrypted_key_is_opened(hub: Hub, ca: Run, folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CA_PASSWORD", "correct horse")
    assert run(["insights-hub", "ca", "create", "--tenant", "sealed", "--password-env", "CA_PASSWORD"]) == 0
    assert b"ENCRYPTED PRIVATE KEY" in (folder / "sealed.key").read_bytes()
    assert ca("upload", "sealed.pem") == 0
    assert ca("verify", "sealed.pem") == 2, "without the password"
    assert "encrypted" in capsys.readouterr().err
    assert ca("verify", "sealed.pem", "--password-env", "CA_PASSWORD") == 0
    assert hub.kept[0].verified and "correct horse" not in capsys.readouterr().out


def test_a_key_of_another_authority_is_refused(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    assert ca("verify", "acme.pem", "--key", "other.key") == 2
    assert "does not belong to the certificate" in capsys.readouterr().err
    assert not any("/registrationCode" in one for one in hub.asked())


def test_the_id_of_another_authority_is_refused(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0 and ca("upload", "other.pem") == 0
    for verified in (False, True):
        hub.kept[1].verified = verified
        assert ca("verify", "acme.pem", "--id", hub.kept[1].id) == 1
        assert 'tells the common name "other", and the file has "acme"' in " ".join(capsys.readouterr().out.split())
    assert not any("/verify" in one or "/registrationCode" in one for one in hub.asked())
    assert '"verified"' not in (folder / "acme.insights-hub.json").read_text()


def test_by_its_id(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0
    assert ca("verify", "acme.pem", "--id", "nowhere") == 1
    assert "There is no authority with the id nowhere." in capsys.readouterr().out
    assert ca("verify", "acme.pem", "--id", hub.kept[0].id) == 0
