"""probe inspect as a user runs it: what it says, how it ends, and what it does with files that are none."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.facts import codec
from probe.facts.observation import Observation
from probe.lab.file_shop import Parts, parts
from probe.lab.keys import key_pem
from probe.lab.pki import authority
from probe.lab.shop import HOST, credentials
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

NOTHING_KNOWN = ("--trust", "none")


@pytest.fixture(scope="module")
def made() -> Parts:
    return parts()


@pytest.fixture
def folder(tmp_path: Path, made: Parts) -> Path:
    (tmp_path / "fullchain.pem").write_text(made.chain)
    (tmp_path / "root.pem").write_text(made.root.pem)
    (tmp_path / "server.key").write_bytes(key_pem(made.leaf.key))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run(["inspect", *map(str, arguments), *NOTHING_KNOWN])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_whole_set_is_fine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, folder / "fullchain.pem", folder / "server.key", folder / "root.pem")
    assert (code, err) == (0, "") and out.startswith("ALL FINE")
    assert "Complete: it ends in a root that is in the files." in out
    assert f'belongs to the certificate "{HOST}"' in " ".join(out.split())
    assert out.count("SHA-256") == out.count("SHA-1") == out.count("MD5") == 3


@pytest.mark.parametrize("form", ["json", "html", "markdown", "junit"])
def test_every_format_names_the_files(form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, folder, "--format", form)
    assert code == 0
    # A pipeline wants to know what is wrong; its report names the folder.
    assert all(name in out for name in (("fullchain.pem", "root.pem", "server.key") if form != "junit" else (str(folder), 'testcase name="file"')))
    if form == "json":
        (result,) = json.loads(out)["results"]
        assert result["verdict"] == "works" and len(result["inspection"]["files"]) == 3


def test_a_saved_inspection_is_judged_again_to_the_byte(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "seen.json"
    _, first, _ = said(capsys, folder / "fullchain.pem", "--format", "json", "--save", saved)
    assert run(["report", str(saved), "--format", "json"]) == 0
    assert capsys.readouterr().out == first
    assert codec.text(codec.parse(Observation, saved.read_text())) == saved.read_text()


def test_a_later_day_is_another_answer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, folder / "fullchain.pem", folder / "root.pem", "--at", "2031-01-01")
    assert code == 1 and "file.expired" in out and "2031-01-01" in out


def test_the_endpoint_is_asked_and_compared(folder: Path, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
        code, out, _ = said(capsys, folder, "--against", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}")
        assert code == 0 and "it sends the certificate that is in the files, and the same chain behind it" in " ".join(out.split())
        seen = folder.parent / "seen.json"
        run(["check", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", str(folder / "root.pem"), "--save", str(seen)])
        capsys.readouterr()
    other = folder / "other.pem"
    other.write_text(made.intermediate.issue(HOST, traits=Traits(starts=-1)).pem)
    code, out, _ = said(capsys, other, "--saved", seen)
    assert code == 1 and "still sends an older certificate" in " ".join(out.split()) and "with another key" in out


def test_nobody_there_to_compare_with_is_not_fine_and_not_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        port = stage.closed_port()
        code, out, _ = said(capsys, folder, "--against", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}")
    assert code == 3 and "nothing could be compared" in " ".join(out.split()).lower()


def test_lookalikes_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = authority("Renewed Root CA"), authority("Renewed Root CA")
    (tmp_path / "old.pem").write_text(old.pem)
    (tmp_path / "new.pem").write_text(new.pem)
    code, out, _ = said(capsys, tmp_path)
    assert code == 0 and "Same name, another key" in out


def test_a_missing_issuer_is_named_in_every_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = authority("Named Root CA", Traits(ca=True, organization="Example Trust SE", key_usage=("key_cert_sign",)))
    (tmp_path / "a.pem").write_text(root.issue(HOST, traits=Traits(ca_issuers=("http://ca.example/root.der",))).pem)
    code, out, _ = said(capsys, tmp_path / "a.pem")
    shown = " ".join(out.split())
    assert code == 0
    assert "Distinguished name: CN=Named Root CA,O=Example Trust SE" in shown and "Organisation: Example Trust SE" in shown
    assert "To be had at: http://ca.example/root.der" in shown and "Key identifier: " in shown


def test_a_password_comes_from_the_environment(folder: Path, made: Parts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    store = folder / "client.p12"
    store.write_bytes(made.store("right one"))
    monkeypatch.setenv("STORE_PASSWORD", "right one")
    code, out, _ = said(capsys, store, "--password-env", "STORE_PASSWORD")
    assert code == 0 and "belongs to the certificate" in " ".join(out.split())
    monkeypatch.setenv("STORE_PASSWORD", "wrong one")
    code, out, _ = said(capsys, store, "--password-env", "STORE_PASSWORD")
    assert code == 2 and "does not open with the password that was given" in " ".join(out.split()) and "wrong one" not in out
    code, _, err = said(capsys, store, "--password-env", "NO_SUCH_VARIABLE")
    assert code == 2 and "--password-env does not exist" in err and "NO_SUCH_VARIABLE" not in err


def test_a_person_is_asked_again_when_the_password_is_wrong(folder: Path, made: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    from probe.capture.inspect import inspected
    from probe.capture.store_password import Passwords

    store = folder / "client.p12"
    store.write_bytes(made.store("third"))
    answers = ["first", "second", "third", "fourth"]
    (file,) = inspected((str(store),), Passwords("", lambda _what: answers.pop(0)))
    assert not file.problem and answers == ["fourth"]
    answers = ["first"] * 3
    (file,) = inspected((str(store),), Passwords("", lambda _what: answers.pop(0)))
    assert file.problem == "password-wrong" and answers == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 2),
        (os.urandom(4096), 2),
        (b"\x30\x82\xff\xff" + bytes(100), 2),
        (b"PK\x03\x04" + os.urandom(200), 2),
        (b"\xfe\xed\xfe\xed\0\0\0\2\0\0\xff\xff" + os.urandom(100), 2),
        (b"SQLite format 3\0" + os.urandom(3000), 2),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 2),
        (b"-----BEGIN CERTIFICATE-----\n", 2),
    ],
)
def test_what_is_no_file_of_certificates_is_said(content: bytes, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "odd.pem"
    file.write_bytes(content)
    ended, out, err = said(capsys, file)
    assert (ended, err) == (code, ""), out
    assert out.startswith(("PROBLEM FOUND", "UNDECIDED"))


def test_what_cannot_be_read_at_all_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "circle").symlink_to("circle")
    huge = tmp_path / "huge.pem"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    (tmp_path / "device").symlink_to("/dev/null")
    (tmp_path / "empty").mkdir()
    for name, words in (("circle", "circle"), ("huge.pem", "64 MiB"), ("device", "regular file"), ("nothing", "does not exist"), ("empty", "no file")):
        code, out, err = said(capsys, tmp_path / name)
        assert (code, out) == (2, "") and words in err and len(err.splitlines()) <= 3, (name, err)


def test_links_in_a_circle_and_pipes_in_a_folder_do_no_harm(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "again.pem").symlink_to("root.pem")
    (folder / "gone.pem").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    code, out, _ = said(capsys, folder)
    assert code == 0 and "in 3 files" in out


def test_a_folder_of_thousands_of_files_is_read_and_shown_in_part(tmp_path: Path, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(5000):
        (tmp_path / f"{number}.pem").write_text(made.root.pem)
    code, out, _ = said(capsys, tmp_path)
    assert code == 0 and "1 certificate in 5,000 files" in out and len(out.splitlines()) < 400


def test_an_archive_is_a_folder_and_a_bomb_is_none(tmp_path: Path, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "chain.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("leaf.pem", made.chain)
        archive.writestr("root.der", made.root.der)
        archive.writestr("bomb.pem", bytes(40_000_000))
    code, out, _ = said(capsys, file)
    assert "chain.zip: leaf.pem" in out and "it ends in a root" in out and "swells" in out
    assert code == 3


def test_what_each_client_makes_of_the_file_is_said(tmp_path: Path, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "root.cer").write_bytes(made.root.der)
    code, out, _ = said(capsys, tmp_path / "root.cer")
    assert code == 0 and "As a trust store: OpenSSL not as it is: the file is DER" in " ".join(out.split())


def test_options_that_exclude_each_other_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options in (("--against", "shop.example", "--saved", folder / "seen.json"), ("--save", folder / "x.json", "--redact"), ("--save", folder / "root.pem")):
        code, out, err = said(capsys, folder / "root.pem", *options)
        assert (code, out) == (2, "") and err


def test_an_empty_store_is_not_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "trust.jks").write_bytes(b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0" + bytes(20))
    code, out, _ = said(capsys, tmp_path / "trust.jks")
    assert code == 2 and "a JKS store without entries" in " ".join(out.split())


def test_a_saved_inspection_is_judged_with_another_trust(folder: Path, made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "seen.json"
    _, out, _ = said(capsys, folder / "fullchain.pem", folder / "server.key", "--save", saved)
    assert "the issuer of the last one is not in the files" in out
    assert run(["report", str(saved), "--trust", str(folder / "root.pem")]) == 0
    assert "its root is not in the files, and is in the trust store" in " ".join(capsys.readouterr().out.split())


def test_what_openssl_makes_of_a_file_without_a_root_is_what_openssl_says(tmp_path: Path, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "intermediate.pem"
    file.write_text(made.intermediate.pem)
    (tmp_path / "leaf.pem").write_text(made.leaf.pem)
    _, out, _ = said(capsys, file)
    assert "only programs that allow partial chains" in " ".join(out.split())
    command = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", str(file), str(tmp_path / "leaf.pem")]
    assert subprocess.run(command, capture_output=True, timeout=30, check=False).returncode != 0
    assert subprocess.run([*command[:2], "-partial_chain", *command[2:]], capture_output=True, timeout=30, check=False).returncode == 0
