"""What was altered or damaged without looking so, and stores that look right and are empty for Java: neither is called fine, nor another fault."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from probe.cli.main import run
from probe.formats.writing import jks_trust_store, pkcs12_trust_store
from probe.lab.file_shop import Parts, parts
from probe.lab.pki import authority
from probe.lab.shop import HOST
from probe.lab.traits import Traits

PASSWORD = "changeit"


@pytest.fixture(scope="module")
def made() -> Parts:
    return parts()


def found(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    code = run(["inspect", *map(str, arguments), "--trust", "none", "--format", "json"])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, json.loads(captured.out)["results"][0]


def named(one: dict[str, Any], code: str) -> dict[str, Any]:
    (finding,) = [each for each in one["findings"] if each["code"] == code]
    return {**finding, "says": " ".join(each["says"] for each in finding["evidence"])}


def test_an_altered_certificate_is_to_be_got_again_and_nothing_is_to_be_added(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    altered = made.intermediate.issue(HOST, traits=Traits(damage="signature"))
    (tmp_path / "chain.pem").write_text(altered.pem + made.intermediate.pem + made.root.pem)
    code = run(["inspect", str(tmp_path / "chain.pem"), "--trust", "none"])
    said = " ".join(capsys.readouterr().out.split())
    assert code == 1 and f'The signature on "{HOST}"' in said and "it was altered or damaged" in said
    assert "1. Get the file again" in said and "Add the missing certificates" not in said
    assert "Code file.bad-signature (likely, not proven)" in said and "A certificate was altered or damaged" in said and "not complete" not in said
    # What is to be exchanged is the certificate itself, not the root above it.
    assert f"Certificate 1: CN={HOST}" in said.partition("What to do")[2].partition("The files")[0]


def test_an_altered_issuer_is_named_itself(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    middle = made.root.intermediate("Altered CA", Traits(ca=True, damage="signature"))
    (tmp_path / "chain.pem").write_text(middle.issue(HOST).pem + middle.pem + made.root.pem)
    code, one = found(capsys, tmp_path / "chain.pem")
    says = named(one, "file.bad-signature")["says"]
    assert "sent as number" not in says
    assert code == 1 and says.startswith('The signature on "Altered CA"') and f'above "{HOST}"' in says


def test_a_root_with_a_wrong_signature_of_its_own_is_a_risk(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Java and OpenSSL do not look at the signature of an anchor: it works, and is not what the authority issued."""
    (tmp_path / "root.pem").write_text(authority("Altered Root CA", Traits(ca=True, damage="signature")).pem)
    code, one = found(capsys, tmp_path / "root.pem")
    finding = named(one, "file.unreadable")
    assert code == 0 and finding["effect"] == "risks" and finding["says"].endswith("its own key did not make its signature.")
    (tmp_path / "root.pem").write_text(made.root.pem)
    code, one = found(capsys, tmp_path / "root.pem")
    assert code == 0 and not one["findings"]


def test_the_check_sum_of_a_java_store_does_not_tell_password_and_damage_apart(
    made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = bytearray(jks_trust_store((made.root.certificate,), "secret", datetime(2026, 11, 22, tzinfo=UTC)))
    store[-60] ^= 1
    (tmp_path / "store.jks").write_bytes(store)
    monkeypatch.setenv("STORE_PASSWORD", "secret")
    code, one = found(capsys, tmp_path / "store.jks", "--password-env", "STORE_PASSWORD")
    finding = named(one, "file.password")
    assert code == 2 and finding["certainty"] == "likely" and "or was altered or damaged: its check sum does not fit" in finding["says"]


@pytest.mark.parametrize(("options", "exit_code", "effect"), [((), 0, "risks"), (("--as", "java"), 1, "breaks"), (("--as", "openssl"), 0, "")])
def test_a_store_without_marks_is_empty_for_java(
    made: Parts, options: tuple[str, ...], exit_code: int, effect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As openssl pkcs12 -export -nokeys writes it. Only whoever named Java meets a fault; what else the file is for is not known."""
    store = serialize_key_and_certificates(None, None, None, [made.root.x509], BestAvailableEncryption(PASSWORD.encode()))
    (tmp_path / "store.p12").write_bytes(store)
    code, one = found(capsys, tmp_path / "store.p12", *options)
    told = [each for each in one["findings"] if each["code"] == "file.wrong-format"]
    assert code == exit_code and [each["effect"] for each in told] == ([effect] if effect else [])
    assert all("is empty for Java: it counts 0 of 1 certificate" in each["evidence"][0]["says"] for each in told)


def test_a_store_with_marks_is_fine(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "store.p12").write_bytes(pkcs12_trust_store((made.root.certificate,), PASSWORD))
    code, one = found(capsys, tmp_path / "store.p12", "--as", "java")
    assert code == 0 and not one["findings"]


@pytest.mark.parametrize("command", [("inspect", ""), ("trust", ""), ("compare", "", "also")])
def test_an_empty_name_is_not_the_current_folder(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(list(command)) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("probe: One of the names is empty.")


def test_base64_over_base64_and_a_lost_first_line_are_named(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in a secret of Kubernetes, and as copied without the first line."""
    store = serialize_key_and_certificates(b"shop", made.leaf.key, made.leaf.x509, None, BestAvailableEncryption(PASSWORD.encode()))
    (tmp_path / "twice.txt").write_bytes(b64encode(made.leaf.pem.encode()))
    (tmp_path / "store.txt").write_bytes(b64encode(store))
    (tmp_path / "rest.txt").write_text(made.leaf.pem.partition("\n")[2])
    for name, says, code in (
        ("twice.txt", "PEM text that is in base64 once more, which TLS programs do not take. This converts it: base64 -d", "file.wrong-format"),
        ("store.txt", "a PKCS12 file in base64, which TLS programs do not take. This converts it: base64 -d", "file.wrong-format"),
        ("rest.txt", "looks like PEM text without its BEGIN line", "file.not-a-certificate"),
    ):
        assert run(["inspect", str(tmp_path / name), "--trust", "none"]) == 2
        said = " ".join(capsys.readouterr().out.split())
        assert says in said and f"Code {code}" in said


def test_a_command_about_a_file_takes_its_name_as_it_is(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "two {words}; true"
    (tmp_path / name).write_bytes(b64encode(made.leaf.pem.encode()))
    (tmp_path / "cert8.db").write_bytes(b"\0\x06\x15\x61old")
    assert run(["inspect", str(tmp_path / name), "--trust", "none"]) == 2
    assert f"base64 -d '{tmp_path}/{name}' > decoded.pem" in " ".join(capsys.readouterr().out.split())
    # PASSWORDFILE is another word.
    assert run(["inspect", str(tmp_path / "cert8.db"), "--trust", "none"]) == 2
    assert "certutil -N -d sql:COPY -f PASSWORDFILE (in a copy of its folder)" in " ".join(capsys.readouterr().out.split())
