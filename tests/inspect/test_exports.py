"""Files as other systems hand them over: databases of NSS, exports in the ways of Windows, archives of GnuTLS. ``probe inspect`` end to end."""

import json
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab.pki import authority
from tests.peers.keystores import nss
from tests.peers.keystores import run as program
from tests.servers import key_pem

SECRET = "pässword 2026"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Windows' programs leave: DER, base64 with CRLF (certutil -encode), UTF-16 text (PowerShell's >), a PFX with names and the provider of the key."""
    folder = tmp_path_factory.mktemp("windows")
    root = authority("Corp Root CA")
    middle = root.intermediate("Corp Issuing CA")
    leaf = middle.issue("dc1.corp.example")
    (folder / "root.cer").write_bytes(root.certificate.der)
    (folder / "issuing-base64.cer").write_bytes(middle.pem.replace("\n", "\r\n").encode())
    (folder / "issuing-utf16.txt").write_bytes(b"\xff\xfe" + middle.pem.replace("\n", "\r\n").encode("utf-16-le"))
    (folder / "leaf.pem").write_text(leaf.pem)
    (folder / "above.pem").write_text(middle.pem + root.pem)
    (folder / "leaf.key").write_bytes(key_pem(leaf))
    named = ("-name", "dc1.corp.example (Exchange)", "-CSP", "Microsoft Enhanced RSA and AES Cryptographic Provider", "-LMK")
    legacy = ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1")
    for name, how in (("old.pfx", legacy), ("new.pfx", ("-macalg", "sha256"))):
        about = ("-in", "leaf.pem", "-inkey", "leaf.key", "-certfile", "above.pem", "-out", name, "-passout", f"pass:{SECRET}")
        program("openssl", "pkcs12", "-export", *how, *named, *about, folder=folder)
    program("openssl", "crl2pkcs7", "-nocrl", "-certfile", "above.pem", "-outform", "DER", "-out", "chain.p7b", folder=folder)
    program("openssl", "crl2pkcs7", "-nocrl", "-certfile", "above.pem", "-out", "chain.p7b.txt", folder=folder)
    for name in ("leaf.pem", "above.pem", "leaf.key"):
        (folder / name).unlink()
    return folder


def inspection(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, dict[str, object]], str]:
    """The exit code, the files of the observation by their names, and the report as text."""
    options = ("--trust", "none")
    code = run(["inspect", *map(str, arguments), *options, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    run(["inspect", *map(str, arguments), *options])
    files = document["results"][0]["observation"]["files"]
    return code, {Path(one["path"]).name: one for one in files}, " ".join(capsys.readouterr().out.split())


def test_everything_that_windows_exports_fits_together(exported: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORT_PASSWORD", SECRET)
    code, files, said = inspection(capsys, exported, "--password-env", "EXPORT_PASSWORD")
    assert {name: one["kind"] for name, one in files.items()} == {
        "root.cer": "der",
        "issuing-base64.cer": "pem",
        "issuing-utf16.txt": "pem",
        "old.pfx": "pkcs12",
        "new.pfx": "pkcs12",
        "chain.p7b": "pkcs7",
        "chain.p7b.txt": "pkcs7",
    }
    assert "3 certificates, 2 private keys in 7 files" in said
    assert "Complete: it ends in a root that is in the files." in said
    assert said.count("dc1.corp.example (Exchange)") >= 2 and SECRET not in said
    # The one thing that no client takes is the text in UTF-16.
    assert code == 1 and "Code file.wrong-format" in said and "issuing-utf16.txt: the text is in UTF-16" in said
    code, _, said = inspection(capsys, *(one for one in sorted(exported.iterdir()) if one.suffix != ".txt"), "--password-env", "EXPORT_PASSWORD")
    assert code == 0 and said.startswith("ALL FINE"), said


@pytest.mark.parametrize("name", ["old.pfx", "new.pfx"])
def test_the_key_of_a_pfx_is_opened_whatever_windows_writes_beside_it(
    name: str, exported: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORT_PASSWORD", SECRET)
    code, _, said = inspection(capsys, exported / name, "--password-env", "EXPORT_PASSWORD")
    assert code == 0 and 'belongs to the certificate "dc1.corp.example"' in said
    monkeypatch.setenv("EXPORT_PASSWORD", "password 2026")
    code, _, said = inspection(capsys, exported / name, "--password-env", "EXPORT_PASSWORD")
    assert code == 2 and "does not open with the password" in said


def test_a_database_of_nss_with_its_names_and_what_it_trusts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nss(tmp_path)
    code, files, said = inspection(capsys, tmp_path / "cert9.db")
    entries = files["cert9.db"]["entries"]
    assert isinstance(entries, list)
    assert {one["alias"]: one["role"] for one in entries} == {"näme a": "trusted", "näme b": "bare", "näme leaf": "trusted"}
    assert code == 0 and "NSS database, 3 certificates" in said and "marked as trusted" in said
    assert "certutil -L" in said or "certutil" in said


def test_a_whole_profile_folder_of_firefox_is_looked_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nss(tmp_path)
    for name in ("a.pem", "b.pem", "leaf.pem"):
        (tmp_path / name).unlink()
    code, files, said = inspection(capsys, tmp_path)
    # pkcs11.txt is no certificate, and the keys lie in a database of their own that is not opened.
    assert code == 0 and {"cert9.db", "key4.db", "pkcs11.txt"} <= set(files) and "keys of NSS" in str(files["key4.db"]["looks_like"]), said


def test_a_database_of_nss_is_compared_with_an_endpoint_and_installed_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nss(tmp_path)
    assert run(["compare", str(tmp_path / "cert9.db"), str(tmp_path / "a.pem"), "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["comparisons"]
    (row,) = [one for one in found["rows"] if one["label"] == "All certificates"]
    assert "more than" in row["means"] and "a.pem" in row["means"]


def test_certtool_writes_archives_and_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    root = authority("GnuTLS Root CA")
    leaf = root.issue("gnutls.example")
    for name, data in (("root.pem", root.pem.encode()), ("leaf.pem", leaf.pem.encode()), ("leaf.key", key_pem(leaf))):
        (tmp_path / name).write_bytes(data)
    pair = ("--load-certificate", "leaf.pem", "--load-privkey", "leaf.key", "--load-ca-certificate", "root.pem")
    program("certtool", "--to-p12", *pair, "--p12-name", "gnutls", "--password", "secret9", "--outder", "--outfile", "both.p12", folder=tmp_path)
    program("certtool", "--p7-generate", "--p7-include-cert", "--load-certificate", "leaf.pem", "--infile", "root.pem", "--load-privkey", "leaf.key",
            "--outfile", "signed.p7", folder=tmp_path)  # fmt: skip
    program("certtool", "-i", "--infile", "leaf.pem", "--outfile", "with-text.pem", folder=tmp_path)
    monkeypatch.setenv("EXPORT_PASSWORD", "secret9")
    code, files, said = inspection(capsys, tmp_path, "--password-env", "EXPORT_PASSWORD")
    assert code == 0, said
    assert (files["both.p12"]["kind"], files["with-text.pem"]["kind"]) == ("pkcs12", "pem")
    assert 'belongs to the certificate "gnutls.example"' in said and "Complete: it ends in a root" in said
    assert files["signed.p7"]["kind"] == "pkcs7"
