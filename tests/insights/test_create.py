"""Making an authority: what is in it, who may read the key, and that nothing is ever overwritten or left half."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from probe.capture import new_files
from probe.capture.new_files import NewFile, create
from probe.cli.main import run
from probe.facts.unusable import Unusable
from tests.insights.conftest import Run
from tests.insights.double import Hub

Caught = pytest.CaptureFixture[str]
CREATE = ["insights-hub", "ca", "create"]
SUBJECT = [
    "--country",
    "de",
    "--state",
    "Bayern",
    "--city",
    "München",
    "--organization",
    "Acme / Söhne + Co",
    "--unit",
    'IT "ops" \\ x',
    "--common-name",
    "acme CA",
]


def loaded(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def verified(*words: str) -> bool:
    return subprocess.run(["openssl", "verify", *words], capture_output=True, check=False).returncode == 0


def test_what_is_made(folder: Path, capsys: Caught) -> None:
    assert run([*CREATE, "--tenant", "new", "--days", "90", *SUBJECT]) == 0
    assert stat.S_IMODE((folder / "new.key").stat().st_mode) == 0o600
    one = loaded(folder / "new.pem")
    assert one.subject == one.issuer and [each.value for each in one.subject][-1] == "acme CA" and one.subject.rfc4514_string().endswith("C=DE")
    assert one.signature_hash_algorithm is not None and one.signature_hash_algorithm.name == "sha256"
    assert (one.not_valid_after_utc - one.not_valid_before_utc).days == 90
    assert verified("-x509_strict", "-CAfile", "new.pem", "new.pem")
    assert "Written: new.key" in capsys.readouterr().out


def test_nothing_is_overwritten(folder: Path, capsys: Caught) -> None:
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert run([*CREATE, "--tenant", "acme"]) == 2
    assert "acme.pem exists already, and is not overwritten." in capsys.readouterr().err
    (folder / "acme.pem").unlink()
    assert run([*CREATE, "--tenant", "acme"]) == 2
    assert "acme.key exists already" in capsys.readouterr().err
    after = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert after == {name: data for name, data in before.items() if name != "acme.pem"}


def test_a_key_without_its_certificate_is_named_as_the_way_on(folder: Path, capsys: Caught) -> None:
    (folder / "acme.pem").unlink()
    before = (folder / "acme.key").read_bytes()
    capsys.readouterr()
    assert run([*CREATE, "--tenant", "acme"]) == 2
    assert "go on with it: --key acme.key" in " ".join(capsys.readouterr().err.split())
    assert run([*CREATE, "--tenant", "acme", "--key", "acme.key"]) == 0
    assert (folder / "acme.key").read_bytes() == before and (folder / "acme.pem").exists()


def test_a_link_to_nothing_is_not_followed(folder: Path, capsys: Caught) -> None:
    (folder / "x.key").symlink_to(folder / "elsewhere")
    assert run([*CREATE, "--tenant", "x"]) == 2
    assert not (folder / "elsewhere").exists() and not (folder / "x.pem").exists()


def test_a_key_that_is_there_is_taken_when_it_is_named(folder: Path, capsys: Caught) -> None:
    (folder / "acme.pem").unlink()
    key = (folder / "acme.key").read_bytes()
    assert run([*CREATE, "--tenant", "acme", "--key", "acme.key"]) == 0
    assert (folder / "acme.key").read_bytes() == key and (folder / "acme.pem").is_file()
    assert run([*CREATE, "--tenant", "b", "--key", "acme.pem"]) == 2
    assert "no private key" in capsys.readouterr().err
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec.key"], check=True, capture_output=True)
    assert run([*CREATE, "--tenant", "b", "--key", "ec.key"]) == 2 and not (folder / "b.pem").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--tenant", "../x"],
        ["--tenant", "-x"],
        ["--tenant", ""],
        ["--tenant", "x", "--country", "DEU"],
        ["--tenant", "x", "--common-name", "n" * 65],
        ["--tenant", "x", "--unit", "a\nb"],
        ["--tenant", "x", "--unit", " a"],
        ["--tenant", "x", "--days", "0"],
        ["--tenant", "x", "--days", "99999999"],
        ["--tenant", "x", "--out", "nowhere"],
        ["--tenant", "x", "--password-env", "correct horse"],
        ["--tenant", "x", "--password-env", "NOT_SET"],
        ["--tenant", "x", "--password-env", "SHORT"],
        ["--tenant", "x", "--encrypt"],
        ["--tenant", "x", "--encrypt", "--key", "acme.key"],
    ],
)
def test_what_cannot_be_made(folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setenv("SHORT", "abc")
    assert run([*CREATE, *words]) == 2
    captured = capsys.readouterr()
    assert captured.err and "correct horse" not in captured.err and "Traceback" not in captured.err
    assert sorted(one.name for one in folder.iterdir()) == ["acme.key", "acme.pem", "other.key", "other.pem"]


def test_ctrl_c_between_the_two_files_leaves_neither(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = new_files._place
    calls: list[Path] = []

    def interrupted(one: NewFile, made: Path, copied: list[Path]) -> None:
        calls.append(one.path)
        placed(one, made, copied)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(new_files, "_place", interrupted)
    with pytest.raises(KeyboardInterrupt):
        create(NewFile(path=folder / "a.key", data=b"secret", mode=0o600), NewFile(path=folder / "a.pem", data=b"public"))
    assert calls == [folder / "a.key"]
    assert sorted(one.name for one in folder.iterdir()) == ["acme.key", "acme.pem", "other.key", "other.pem"]


def test_one_that_appears_meanwhile_stays(folder: Path) -> None:
    (folder / "a.pem").write_bytes(b"theirs")
    with pytest.raises(Unusable, match="exists already"):
        create(NewFile(path=folder / "a.key", data=b"secret", mode=0o600), NewFile(path=folder / "a.pem", data=b"ours"))
    assert (folder / "a.pem").read_bytes() == b"theirs" and not (folder / "a.key").exists()


def test_a_file_system_without_links(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    create(NewFile(path=folder / "a.key", data=b"secret", mode=0o600))
    assert (folder / "a.key").read_bytes() == b"secret" and stat.S_IMODE((folder / "a.key").stat().st_mode) == 0o600
    with pytest.raises(Unusable, match="exists already"):
        create(NewFile(path=folder / "b.key", data=b"new"), NewFile(path=folder / "a.key", data=b"other"))
    assert (folder / "a.key").read_bytes() == b"secret" and not (folder / "b.key").exists()


def commands(text: str) -> str:
    """The lines to type."""
    return "\n".join(line.strip() for line in text.split("Type:")[1].split("Then:")[0].split("\n") if line.strip())


def typed(text: str, folder: Path, **variables: str) -> None:
    subprocess.run(["bash", "-ec", commands(text)], check=True, capture_output=True, cwd=folder, env={**os.environ, **variables})


@pytest.mark.parametrize("sealed", [False, True])
def test_openssl_makes_the_same_authority(folder: Path, tmp_path: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch, sealed: bool) -> None:
    monkeypatch.setenv("CA_PASSWORD", "correct horse")
    words = [*CREATE, "--tenant", "new", "--days", "90", *SUBJECT, *(("--password-env", "CA_PASSWORD") if sealed else ())]
    assert run(words) == 0
    ours = loaded(folder / "new.pem")
    capsys.readouterr()
    assert run([*words, "--show-openssl"]) == 0
    shown = capsys.readouterr().out
    assert "correct horse" not in shown
    other = tmp_path / "by-hand"
    other.mkdir()
    typed(shown, other)
    theirs = loaded(other / "new.pem")
    assert theirs.subject.public_bytes() == ours.subject.public_bytes() and theirs.issuer.public_bytes() == ours.issuer.public_bytes()
    assert theirs.version == ours.version and theirs.signature_algorithm_oid == ours.signature_algorithm_oid
    assert theirs.not_valid_after_utc - theirs.not_valid_before_utc == ours.not_valid_after_utc - ours.not_valid_before_utc
    assert {one.oid for one in theirs.extensions} == {one.oid for one in ours.extensions}
    for oid in (ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE):
        one, its = ours.extensions.get_extension_for_oid(oid), theirs.extensions.get_extension_for_oid(oid)
        assert (one.critical, one.value) == (its.critical, its.value)
    assert (b"ENCRYPTED" in (other / "new.key").read_bytes()) is sealed is (b"ENCRYPTED" in (folder / "new.key").read_bytes())


def test_openssl_makes_the_same_proof(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    assert ca("upload", "acme.pem") == 0 and ca("verify", "acme.pem") == 0
    body = hub.requests[-1].partition(b"\r\n\r\n")[2]
    ours = x509.load_pem_x509_certificate(body.decode("unicode_escape").split('"')[3].encode())
    capsys.readouterr()
    assert run(["insights-hub", "ca", "verify", "acme.pem", "--show-openssl"]) == 0
    shown = capsys.readouterr().out
    typed(shown.replace("REGISTRATION_CODE=...", f"REGISTRATION_CODE={hub.kept[0].code}"), folder)
    theirs = loaded(folder / "verificationCert.pem")
    assert theirs.subject == ours.subject and theirs.issuer == ours.issuer and theirs.signature_algorithm_oid == ours.signature_algorithm_oid
    assert (theirs.not_valid_after_utc - theirs.not_valid_before_utc).days == (ours.not_valid_after_utc - ours.not_valid_before_utc).days == 7
    assert [(one.oid, one.critical, one.value) for one in theirs.extensions if one.oid == ExtensionOID.BASIC_CONSTRAINTS] == [
        (one.oid, one.critical, one.value) for one in ours.extensions
    ]
