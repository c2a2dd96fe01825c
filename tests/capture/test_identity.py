"""The files that a user names as client certificate: what works, with which remarks, and one clear sentence for everything else."""

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from probe.capture.identity import Password, load, on_file
from probe.facts.unusable import Unusable
from probe.lab.keys import key_pem
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits

PASSWORD = "pass-9Kq2Zr7Vw1"
ROOT = authority("Identity Root CA")
MIDDLE = ROOT.intermediate("Identity Issuing CA")
OWN = MIDDLE.issue("client.example")
OTHER = MIDDLE.issue("other.example")
KEY = key_pem(OWN.key)


def written(folder: Path, name: str, data: bytes | str) -> str:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)


def locked(one: Issued = OWN, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return one.key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(PASSWORD.encode()))


def store(password: str | None = PASSWORD, *, key: bool = True) -> bytes:
    lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"x", OWN.key if key else None, OWN.x509 if key else None, [MIDDLE.x509, *([] if key else [OWN.x509])], lock)


def refused(*given: str, password: Password | None = None) -> Unusable:
    with pytest.raises(Unusable) as caught:
        load(*given, password=password)
    assert PASSWORD not in caught.value.says + caught.value.next_step
    assert caught.value.__cause__ is None and caught.value.__context__ is None or caught.value.__suppress_context__
    assert caught.value.says.count(". ") <= 1 and caught.value.next_step
    return caught.value


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Password:
    monkeypatch.setenv("CLIENT_PASSWORD", PASSWORD)
    return Password("CLIENT_PASSWORD")


def test_certificate_and_key_in_two_files_or_one(tmp_path: Path) -> None:
    cert, key = written(tmp_path, "c.pem", OWN.pem + MIDDLE.pem), written(tmp_path, "k.pem", KEY)
    identity, credential = load(cert, key)
    assert credential is not None and [one.subject for one in credential.chain] == [OWN.x509.subject, MIDDLE.x509.subject]
    assert identity.certificates == (OWN.certificate, MIDDLE.certificate) and identity.fits and identity.key == "EC P-256"
    assert (identity.kind, identity.keys, identity.encrypted, identity.notes, identity.key_source) == ("pem", 1, False, (), key)
    for order in (KEY.decode() + OWN.pem + MIDDLE.pem, OWN.pem + MIDDLE.pem + KEY.decode(), OWN.pem + KEY.decode() + MIDDLE.pem):
        again, _ = load(written(tmp_path, "one.pem", order))
        assert again.certificates == identity.certificates and again.notes == ()


def test_several_keys_in_a_pem_file_are_remarked(tmp_path: Path) -> None:
    identity, credential = load(written(tmp_path, "two.pem", OWN.pem.encode() + KEY + key_pem(OTHER.key)))
    assert credential is not None and identity.keys == 2
    assert ["two.pem holds 2 private keys; the first of them belongs to the certificate" in one for one in identity.notes] == [True]


def test_der_works_with_a_remark(tmp_path: Path) -> None:
    key = OWN.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    identity, credential = load(written(tmp_path, "c.der", OWN.der), written(tmp_path, "k.der", key))
    assert credential is not None and identity.kind == "der"
    assert [("openssl x509 -inform DER" in one, "openssl pkey -inform DER" in one) for one in identity.notes] == [(True, False), (False, True)]


def test_pkcs7_and_bare_forms_work(tmp_path: Path) -> None:
    data = serialize_certificates([OWN.x509, MIDDLE.x509], Encoding.PEM)
    identity, credential = load(written(tmp_path, "c.p7b", data), written(tmp_path, "k.pem", KEY))
    assert credential is not None and identity.own == OWN.certificate and any("PKCS #7" in one for one in identity.notes)


def test_pkcs12_alone_is_enough(tmp_path: Path, named: Password) -> None:
    identity, credential = load(written(tmp_path, "c.p12", store()), password=named)
    assert credential is not None and (identity.kind, identity.encrypted, identity.own) == ("pkcs12", True, OWN.certificate)
    identity, credential = load(written(tmp_path, "open.p12", store(None)))
    assert credential is not None and not identity.encrypted


def test_a_key_inside_of_pkcs12_serves_a_pem_certificate(tmp_path: Path, named: Password) -> None:
    identity, credential = load(written(tmp_path, "c.pem", OWN.pem), written(tmp_path, "c.p12", store()), password=named)
    assert credential is not None and identity.kind == "pem" and identity.encrypted


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_encrypted_key_gets_its_password_from_the_variable_or_the_prompt(form: PrivateFormat, tmp_path: Path, named: Password) -> None:
    cert, key = written(tmp_path, "c.pem", OWN.pem), written(tmp_path, "k.pem", locked(form=form))
    assert load(cert, key, password=named)[0].encrypted
    asked: list[str] = []

    def prompt(what: str) -> str:
        asked.append(what)
        return PASSWORD

    assert load(cert, key, password=Password("", prompt))[1] is not None
    assert asked == [key]


def test_a_password_is_not_asked_for_twice(tmp_path: Path) -> None:
    asked: list[str] = []

    def prompt(what: str) -> str:
        asked.append(what)
        return PASSWORD

    password = Password("", prompt)
    key = pkcs12.serialize_key_and_certificates(b"x", OWN.key, OWN.x509, None, BestAvailableEncryption(PASSWORD.encode()))
    load(written(tmp_path, "chain.p12", store(key=False)), written(tmp_path, "key.p12", key), password=password)
    assert len(asked) == 1 and "hidden" in repr(password)


def test_passwords_that_are_missing_wrong_or_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key, both = written(tmp_path, "c.pem", OWN.pem), written(tmp_path, "k.pem", locked()), written(tmp_path, "c.p12", store())
    for given in ((cert, key), (both,)):
        assert "--password-env" in refused(*given).next_step
        monkeypatch.setenv("CLIENT_PASSWORD", f"{PASSWORD}-not")
        assert refused(*given, password=Password("CLIENT_PASSWORD")).says.endswith("is wrong.")
        assert refused(*given, password=Password("", lambda _what: "guess")).says.endswith("is wrong.")
        unset = refused(*given, password=Password("NOBODY_SET_THIS"))
        assert "does not exist" in unset.says and "NOBODY_SET_THIS" not in unset.says + unset.next_step


def test_a_key_of_another_certificate_says_which_is_which(tmp_path: Path) -> None:
    error = refused(written(tmp_path, "c.pem", OWN.pem), written(tmp_path, "k.pem", key_pem(OTHER.key)))
    assert "does not belong" in error.says and "client.example" in error.says and "another one" in error.says


def test_two_keys_in_pkcs12_are_refused(tmp_path: Path, named: Password) -> None:
    for name, one in (("a", OWN), ("b", OTHER)):
        data = pkcs12.serialize_key_and_certificates(name.encode(), one.key, one.x509, None, BestAvailableEncryption(PASSWORD.encode()))
        written(tmp_path, f"{name}.p12", data)
        command = ["keytool", "-importkeystore", "-srckeystore", f"{name}.p12", "-destkeystore", "both.p12", "-deststoretype", "PKCS12", "-noprompt"]
        command += ["-srcstorepass:env", "P", "-deststorepass:env", "P"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60, env={**os.environ, "P": PASSWORD})
    error = refused(str(tmp_path / "both.p12"), password=named)
    assert "2 private keys" in error.says and "keytool -importkeystore" in error.next_step


def test_two_keys_in_pem_are_told_apart_by_the_certificate(tmp_path: Path) -> None:
    identity, credential = load(written(tmp_path, "c.pem", OWN.pem), written(tmp_path, "k.pem", key_pem(OTHER.key) + KEY))
    assert credential is not None and identity.keys == 2 and any("number 2 belongs" in one for one in identity.notes)


def test_certificates_in_wrong_order_are_put_right_and_noted(tmp_path: Path) -> None:
    key = written(tmp_path, "k.pem", KEY)
    identity, credential = load(written(tmp_path, "c.pem", ROOT.pem + MIDDLE.pem + OWN.pem), key)
    assert credential is not None and identity.own == OWN.certificate and credential.chain[0].subject == OWN.x509.subject
    assert any("stands as number 3" in one and "OpenSSL" in one for one in identity.notes)
    again, _ = load(written(tmp_path, "d.pem", OWN.pem + ROOT.pem + MIDDLE.pem), key)
    assert again.certificates == (OWN.certificate, ROOT.certificate, MIDDLE.certificate)


def test_what_is_missing_is_named(tmp_path: Path, named: Password) -> None:
    only_key, only_cert = written(tmp_path, "k.pem", KEY), written(tmp_path, "c.pem", OWN.pem)
    assert "no certificate" in refused(only_key).says and "--key" in refused(only_key).next_step
    assert "no private key" in refused(only_cert).says and "--key" in refused(only_cert).next_step
    assert "no private key" in refused(only_cert, only_cert).says
    bare = written(tmp_path, "bare.p12", store(key=False))
    assert "certificates only" in refused(bare, password=named).says
    assert load(only_cert, need_key=False)[1] is None and load(only_cert, need_key=False)[0].fits is None


WRONG = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "html": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "an HTML page"),
    "text": (b"hello", "text"),
    "jks": (b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0", "a JKS key store"),
    "cut": (OWN.pem[:300].encode(), "cannot be read: not a certificate: cut off"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_certificate_is_named(kind: str, tmp_path: Path) -> None:
    data, words = WRONG[kind]
    assert words in refused(written(tmp_path, "c.pem", data), written(tmp_path, "k.pem", KEY)).says


def test_what_is_no_key_is_named(tmp_path: Path) -> None:
    cert = written(tmp_path, "c.pem", OWN.pem)
    ssh = OWN.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    assert "ssh-keygen -p -m PEM" in refused(cert, written(tmp_path, "id_ecdsa", ssh)).next_step
    assert "a PGP key" in refused(cert, written(tmp_path, "p.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabcd\n-----END PGP PRIVATE KEY BLOCK-----\n")).says
    assert "an HTML page" in refused(cert, written(tmp_path, "k.html", "<html></html>")).says
    damaged = KEY.decode().replace("MI", "!!", 1)
    assert "damaged" in refused(cert, written(tmp_path, "d.pem", damaged)).says


def test_places_that_cannot_be_read(tmp_path: Path) -> None:
    cert, key = written(tmp_path, "c.pem", OWN.pem), written(tmp_path, "k.pem", KEY)
    assert "is a folder" in refused(str(tmp_path), key).says and "is a folder" in refused(cert, str(tmp_path)).says
    assert "does not exist" in refused(str(tmp_path / "nowhere.pem"), key).says
    assert "larger than 1 MiB" in refused(written(tmp_path, "huge.pem", b"x" * (1024 * 1024 + 1)), key).says
    assert "not a regular file" in refused("/dev/zero", key).says
    assert "name of a file" in refused("a\0b", key).says


def test_keys_that_tls_cannot_use(tmp_path: Path) -> None:
    old = dsa.generate_private_key(2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "dsa")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(old.public_key()).serial_number(7)
    made = builder.not_valid_before(datetime.now(UTC)).not_valid_after(datetime.now(UTC) + timedelta(days=1)).sign(old, hashes.SHA256())
    plain = old.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    error = refused(written(tmp_path, "c.pem", made.public_bytes(Encoding.PEM)), written(tmp_path, "k.pem", plain))
    assert "of a kind that this TLS library cannot use" in error.says and "DSA" in error.says


def test_a_curve_that_tls_13_does_not_know_still_loads(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    one = ROOT.issue("k1.example", traits=replace(Traits(), key=key))
    identity, credential = load(written(tmp_path, "c.pem", one.pem), written(tmp_path, "k.pem", key_pem(key)))
    assert credential is not None and identity.key == "EC secp256k1"


def test_what_is_on_file_is_one_certificate(tmp_path: Path) -> None:
    assert on_file(written(tmp_path, "c.pem", MIDDLE.pem + OWN.pem)).certificate == OWN.certificate
    assert on_file(written(tmp_path, "c.der", OWN.der)).certificate == OWN.certificate
    with pytest.raises(Unusable) as caught:
        on_file(written(tmp_path, "x.html", "<html></html>"))
    assert "an HTML page" in caught.value.says


def test_exchanged_files_and_an_empty_key_say_so(tmp_path: Path) -> None:
    cert, key = written(tmp_path, "c.pem", OWN.pem), written(tmp_path, "k.pem", key_pem(OWN.key))
    error = refused(key, cert)
    assert error.says.startswith("--cert and --key seem to be swapped") and "other way round" in error.next_step
    empty = refused(cert, written(tmp_path, "empty.pem", b""))
    assert empty.says.endswith("is empty.") and "private key" in empty.next_step and "certificate" not in empty.next_step


@pytest.mark.parametrize(("around", "what"), [("{}\n", "a line break behind it"), ("{} ", "a blank behind it"), (" {}", "a blank before it")])
def test_a_password_with_a_blank_is_called_that(around: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_PASSWORD", around.format(PASSWORD))
    cert, key, both = written(tmp_path, "c.pem", OWN.pem), written(tmp_path, "k.pem", locked()), written(tmp_path, "c.p12", store())
    for given in ((cert, key), (both,), (cert, both)):
        error = refused(*given, password=Password("CLIENT_PASSWORD"))
        assert f"without {what} it is right" in error.says and PASSWORD not in error.says + error.next_step


def test_what_openssl_loads_is_no_matter_of_form(tmp_path: Path) -> None:
    """Text around the blocks, bags, parameters of a curve, OpenSSL's own label, line ends of Windows."""
    key = key_pem(OWN.key)
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    fine = (OWN.pem.encode(), b"Bag Attributes\n    friendlyName: x\nsubject=CN = x\n" + OWN.pem.encode(), OWN.pem.replace("\n", "\r\n").encode())
    trusted = OWN.pem.replace("BEGIN CERT", "BEGIN TRUSTED CERT").replace("END CERT", "END TRUSTED CERT").encode()
    for number, cert in enumerate((*fine, trusted)):
        for other, private in enumerate((key, parameters + key, key.replace(b"\n", b"\r\n"))):
            named = (written(tmp_path, f"{number}.pem", cert), written(tmp_path, f"{other}.key", private))
            assert load(*map(str, named))[0].unloadable == (), (number, other)
    odd = load(str(written(tmp_path, "odd.pem", OWN.pem.encode("utf-16"))), str(written(tmp_path, "odd.key", key.decode().encode("utf-16"))))[0]
    assert [one.what for one in odd.unloadable] == ["certificate", "key"]
