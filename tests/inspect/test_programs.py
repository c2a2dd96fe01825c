"""Files that real programs wrote (openssl, keytool, certtool, and as Windows exports them): everything in them is found, and fits together."""

from pathlib import Path

import pytest

from probe.capture.store_password import Passwords
from probe.case.files import Files
from probe.facts.files import InspectedFile
from probe.formats.everything import everything
from probe.jobs.inspect import Wishes, inspect
from probe.lab.pki import authority
from tests.peers.keystores import OWN, PASSWORD, roots, run, written
from tests.servers import key_pem

SECRET = "s3cret of 2026"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return written(tmp_path_factory.mktemp("stores"))


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as Windows' export assistant leaves it: DER .cer, .p7b in DER, .pfx with RC2 and 3DES, CRLF in base64 files."""
    folder = tmp_path_factory.mktemp("windows")
    root = authority("Corp Root CA")
    middle = root.intermediate("Corp Issuing CA")
    leaf = middle.issue("dc1.corp.example")
    for name, one in (("root", root), ("issuing", middle), ("dc1", leaf)):
        (folder / f"{name}.pem").write_text(one.pem)
    (folder / "dc1.key").write_bytes(key_pem(leaf))
    run("openssl", "x509", "-in", "dc1.pem", "-outform", "DER", "-out", "dc1.cer", folder=folder)
    (folder / "issuing-base64.cer").write_bytes(middle.pem.replace("\n", "\r\n").encode())
    run("openssl", "crl2pkcs7", "-nocrl", "-certfile", "issuing.pem", "-certfile", "root.pem", "-outform", "DER", "-out", "chain.p7b", folder=folder)
    (folder / "above.pem").write_text(middle.pem + root.pem)
    legacy = ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1")
    run(
        "openssl",
        "pkcs12",
        "-export",
        *legacy,
        "-in",
        "dc1.pem",
        "-inkey",
        "dc1.key",
        "-certfile",
        "above.pem",
        "-out",
        "dc1.pfx",
        "-passout",
        f"pass:{SECRET}",
        folder=folder,
    )
    for name in ("root.pem", "issuing.pem", "dc1.pem", "dc1.key", "above.pem"):
        (folder / name).unlink()
    return folder


def looked(*paths: Path, password: str | None = None, monkeypatch: pytest.MonkeyPatch | None = None) -> Files:
    if password is not None and monkeypatch is not None:
        monkeypatch.setenv("FILE_PASSWORD", password)
    name = "FILE_PASSWORD" if password is not None else ""
    return Files(inspect(tuple(map(str, paths)), Wishes(password_env=name, trust=("none",)), Passwords(name)))


def one(path: Path, password: str | None = None) -> InspectedFile:
    (found,) = everything(path.read_bytes(), str(path), password)
    return found


def test_every_store_of_every_program_shows_its_certificates(stores: dict[str, Path]) -> None:
    a, b = roots()
    for name, path in stores.items():
        if "without entries" in name:
            continue
        found = one(path, OWN if "of its own" in name else "" if "empty" in name else PASSWORD)
        if found.looks_like in ("a BCFKS key store", "a BKS key store"):
            assert not found.entries and not found.problem, name
            continue
        held = {entry.certificate for entry in found.entries if entry.certificate}
        assert not found.problem, (name, found.problem, found.why)
        assert held & {a.certificate, b.certificate}, name


def test_the_usual_password_opens_a_store_and_is_told(stores: dict[str, Path]) -> None:
    (file,) = looked(stores["pkcs12"]).every
    assert "changeit" in file.notes[0] and [entry.alias for entry in file.entries] == ["älpha", "beta"]
    assert {entry.role for entry in file.entries} == {"trusted"} and all(entry.added is None or entry.added.year >= 2026 for entry in file.entries)


def test_java_counts_nothing_of_a_store_that_openssl_made(stores: dict[str, Path]) -> None:
    found = one(stores["pkcs12 of openssl"], PASSWORD)
    assert [(less.stack, less.size) for less in found.uncounted] == [("java", 0)]
    assert [refused.stack for refused in found.refused] == ["openssl"]


def test_aliases_and_dates_of_a_jks_store_come_without_its_password(stores: dict[str, Path]) -> None:
    found = one(stores["jks with a password of its own"])
    assert [entry.alias for entry in found.entries] == ["älpha", "beta"] and all(entry.added for entry in found.entries)
    assert found.notes == ("its integrity was not checked, as no password was given",)
    assert one(stores["jks with a password of its own"], "wrong").problem == "password-wrong"


def test_what_windows_exports_makes_one_chain_and_the_key_fits(windows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = looked(windows, password=SECRET, monkeypatch=monkeypatch)
    assert {Path(file.path).name: file.kind for file in files.every} == {
        "chain.p7b": "pkcs7",
        "dc1.cer": "der",
        "dc1.pfx": "pkcs12",
        "issuing-base64.cer": "pem",
    }
    (chain,) = files.chains
    assert [link.certificate.read.subject.text for link in chain.path.links if link.certificate.read.subject] == [
        "CN=dc1.corp.example",
        "CN=Corp Issuing CA",
        "CN=Corp Root CA",
    ]
    assert chain.end == "root"
    (pair,) = files.pairs
    assert {Path(place.file.path).name for place in pair.certificates} == {"dc1.cer", "dc1.pfx"}


def test_without_its_password_the_pfx_is_locked_and_the_rest_is_read(windows: Path) -> None:
    files = looked(windows)
    assert {Path(file.path).name: file.problem for file in files.every if file.problem} == {"dc1.pfx": "password-missing"}
    assert len(files.certificates) == 3


def test_certtool_writes_what_fits_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.cfg").write_text('cn = "GnuTLS CA"\nca\ncert_signing_key\nexpiration_days = 30\n')
    (tmp_path / "leaf.cfg").write_text('cn = "gnutls.example"\ndns_name = "gnutls.example"\ntls_www_server\nsigning_key\nexpiration_days = 20\n')
    run("certtool", "--generate-privkey", "--key-type", "ecdsa", "--outfile", "ca.key", folder=tmp_path)
    run("certtool", "--generate-self-signed", "--load-privkey", "ca.key", "--template", "ca.cfg", "--outfile", "ca.pem", folder=tmp_path)
    run("certtool", "--generate-privkey", "--key-type", "rsa", "--bits", "2048", "--outfile", "leaf.key", folder=tmp_path)
    run("certtool", "--generate-request", "--load-privkey", "leaf.key", "--template", "leaf.cfg", "--outfile", "leaf.csr", folder=tmp_path)
    signing = ("--load-request", "leaf.csr", "--load-ca-certificate", "ca.pem", "--load-ca-privkey", "ca.key", "--template", "leaf.cfg")
    run("certtool", "--generate-certificate", *signing, "--outfile", "leaf.pem", folder=tmp_path)
    files = looked(*(tmp_path / name for name in ("leaf.pem", "leaf.key", "leaf.csr", "ca.pem")))
    (pair,) = files.pairs
    assert [Path(place.file.path).name for place in (*pair.certificates, *pair.requests)] == ["leaf.pem", "leaf.csr"]
    (request,) = files.requests
    assert request.place.entry.signed and request.place.entry.names == ("gnutls.example",) and len(request.same_key) == 1
    assert [one.end for one in files.chains] == ["root"]


@pytest.mark.parametrize(
    ("options", "encrypted"),
    [
        (("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), False),
        (("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"), False),
        (("genpkey", "-algorithm", "ED25519"), False),
        (("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-aes-256-cbc", "-pass", f"pass:{SECRET}"), True),
        (("genrsa", "-traditional"), False),
        (("ecparam", "-genkey", "-name", "prime256v1"), False),
    ],
)
def test_keys_of_openssl_are_known_by_their_public_half(options: tuple[str, ...], encrypted: bool, tmp_path: Path) -> None:
    run("openssl", *options, "-out", "a.key", folder=tmp_path)
    run("openssl", "pkey", "-in", "a.key", "-passin", f"pass:{SECRET}", "-pubout", "-outform", "DER", "-out", "a.der", folder=tmp_path)
    (entry,) = one(tmp_path / "a.key", SECRET).entries
    assert (entry.kind, entry.public, entry.encrypted) == ("key", (tmp_path / "a.der").read_bytes(), encrypted)
    if encrypted:
        assert one(tmp_path / "a.key").entries[0].problem == "password-missing" and one(tmp_path / "a.key", "no").entries[0].problem == "password-wrong"


def test_a_request_is_compared_with_the_old_certificate(tmp_path: Path) -> None:
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "old.key", "-out", "old.pem", "-subj", "/CN=api.example", folder=tmp_path)
    run("openssl", "req", "-new", "-key", "old.key", "-out", "same.csr", "-subj", "/C=Germany/CN=api.example".replace("Germany", "DE"), folder=tmp_path)
    run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "new.key", "-out", "new.csr", "-subj", "/CN=api.example", folder=tmp_path)
    files = looked(tmp_path / "old.pem", tmp_path / "same.csr", tmp_path / "new.csr")
    same, new = files.requests
    (old,) = files.certificates
    assert (same.same_key, same.same_name) == ((old,), ()) and (new.same_key, new.same_name) == ((), (old,))
