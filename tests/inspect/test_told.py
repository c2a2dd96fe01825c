"""Neither a password nor anything of a private key comes out of an inspection; with --redact no name does either."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from probe.cli.main import run
from probe.lab.file_shop import packed
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits
from tests.peers.keystores import run as program
from tests.test_secrets import leaked

PASSWORD, CHALLENGE, WRONG = "Pa55word-of-the-key-store", "Ch4llenge-of-the-request", "Wr0ng-password-given-once"
FORMATS = ("terminal", "json", "html", "markdown", "junit")
NAMES = ("acme-shop.example", "Acme Holding SE", "Acme Root CA 7", "acme-handover", "acme-client-alias", "acme-server")


def numbers(one: Issued) -> bytes:
    """What is secret of a key, as bytes."""
    if isinstance(one.key, rsa.RSAPrivateKey):
        found = one.key.private_numbers()
        return found.p.to_bytes(128)
    assert isinstance(one.key, ec.EllipticCurvePrivateKey)
    return one.key.private_numbers().private_value.to_bytes(32)


@pytest.fixture(scope="module")
def leaves() -> tuple[Issued, Issued, Issued]:
    root = authority("Acme Root CA 7", Traits(ca=True, organization="Acme Holding SE", key_usage=("key_cert_sign",)))
    return root, root.issue("acme-shop.example"), root.issue("www.acme-shop.example", traits=Traits(key="rsa-2048"))


@pytest.fixture(scope="module")
def folder(leaves: tuple[Issued, Issued, Issued], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every place that a secret can be in."""
    root, first, second = leaves
    place = tmp_path_factory.mktemp("told") / "acme-handover"
    place.mkdir()
    plain = first.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (place / "acme-server.pem").write_bytes(first.pem.encode() + plain)
    (place / "first.der").write_bytes(first.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    (place / "second.key").write_bytes(second.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode())))
    (place / "second.pem").write_text(second.pem)
    (place / "root.pem").write_text(root.pem)
    (place / "all.zip").write_bytes(packed(("acme-server.pem", first.pem.encode() + plain)))
    named = ("-name", "acme-client-alias", "-passout", f"pass:{PASSWORD}")
    program("openssl", "pkcs12", "-export", "-in", "acme-server.pem", "-inkey", "acme-server.pem", "-out", "client.p12", *named, folder=place)
    copied = ("-srckeystore", "client.p12", "-srcstoretype", "PKCS12", "-srcstorepass", PASSWORD, "-deststoretype", "JKS", "-deststorepass", PASSWORD)
    program("keytool", "-importkeystore", *copied, "-destkeystore", "client.jks", folder=place)
    config = f"[req]\nprompt=no\ndistinguished_name=dn\nattributes=at\n[dn]\nCN=acme-shop.example\n[at]\nchallengePassword={CHALLENGE}\n"
    (place.parent / "request.cnf").write_text(config)
    program("openssl", "req", "-new", "-key", "acme-server.pem", "-config", str(place.parent / "request.cnf"), "-out", "request.csr", folder=place)
    return place


def outputs(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str) -> Iterator[str]:
    for password in (PASSWORD, WRONG):
        monkeypatch.setenv("FILE_PASSWORD", password)
        for form in FORMATS:
            code = run(["inspect", str(folder), "--trust", "none", "--password-env", "FILE_PASSWORD", "--format", form, *options])
            assert code in (0, 1, 3)
            captured = capsys.readouterr()
            assert captured.err == "" and captured.out
            yield captured.out
    if "--redact" not in options:
        saved, page = tmp_path / "seen.json", tmp_path / "page.html"
        monkeypatch.setenv("FILE_PASSWORD", PASSWORD)
        run(["inspect", str(folder), "--password-env", "FILE_PASSWORD", "--save", str(saved), "--html", str(page)])
        yield capsys.readouterr().out
        yield from (saved.read_text(), page.read_text())


def test_no_secret_is_told(
    folder: Path, leaves: tuple[Issued, Issued, Issued], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, first, second = leaves
    secrets = [PASSWORD.encode(), CHALLENGE.encode(), WRONG.encode(), *(numbers(one) for one in (root, first, second))]
    told = list(outputs(folder, tmp_path, monkeypatch, capsys))
    assert len(told) == 13
    assert not [secret[:4] for secret in secrets for text in told if leaked(text, secret)]
    assert any("challenge password" in text for text in told)
    opened = " ".join(told[0].split())
    assert 'belongs to the certificate "www.acme-shop.example"' in opened and 'belongs to the certificate "acme-shop.example"' in opened


def test_with_redact_no_name_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for text in outputs(folder, tmp_path, monkeypatch, capsys, "--redact"):
        plain = text.lower()
        assert [name for name in NAMES if name.lower() in plain] == []


def test_an_exception_has_no_password_in_it(folder: Path) -> None:
    done = subprocess.run(
        ["openssl", "pkey", "-in", "second.key", "-passin", f"pass:{PASSWORD}", "-noout"], cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0
    from probe.capture.inspect import inspected
    from probe.capture.store_password import Passwords

    given = Passwords("", lambda _what: PASSWORD)
    (file,) = inspected((str(folder / "second.key"),), given)
    assert file.entries[0].public and PASSWORD not in repr(file) + repr(given)
