"""What is written is what real programs load: openssl, keytool, curl's own library, and our readers."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from probe.capture.stores import load
from probe.facts.certificate import Certificate
from probe.formats import jks, pkcs12_store, read, writing
from probe.formats.hashed import subject_hash
from probe.formats.loaders import refusals
from probe.lab.pki import Issued, authority
from tests.odd import certificate, common_name, odd_certificates
from tests.peers import keystores

AT = datetime(2026, 11, 21, 20, tzinfo=UTC)
NAMES = ("Writing Root", "Zweite Prüf-CA «x»", "-----BEGIN CERTIFICATE-----\n0 trick", "日本語 root", "Writing Root")


@pytest.fixture(scope="module")
def made() -> tuple[Issued, ...]:
    return tuple(authority(one) for one in NAMES)


@pytest.fixture(scope="module")
def certificates(made: tuple[Issued, ...]) -> tuple[Certificate, ...]:
    return tuple(one.certificate for one in made)


def test_text_is_loaded_by_everybody(made: tuple[Issued, ...], certificates: tuple[Certificate, ...], tmp_path: Path) -> None:
    data = writing.bundle((*certificates, certificates[0]))
    content = read(data)
    assert [one for one, _ in content.certificates] == list(certificates) and not content.skipped
    assert refusals(data, content) == () and data.isascii()
    (tmp_path / "bundle.pem").write_bytes(data)
    for one in certificates:
        (tmp_path / "one.pem").write_bytes(writing.pem(one))
        assert "Owner:" in keystores.run("keytool", "-printcert", "-file", str(tmp_path / "one.pem"))
        assert writing.der(one) == one.der
    verify_below(made, tmp_path, "-CAfile", str(tmp_path / "bundle.pem"))


def verify_below(made: tuple[Issued, ...], folder: Path, *options: str) -> None:
    """OpenSSL takes what each of the authorities issues, of two with the same name too."""
    for one in made:
        (folder / "leaf.pem").write_text(one.issue("shop.example").pem)
        keystores.run("openssl", "verify", *options, str(folder / "leaf.pem"))


def test_the_line_above_says_what_it_is(certificates: tuple[Certificate, ...]) -> None:
    first, *_, last = writing.pem(certificates[0]).decode().splitlines()
    assert first.startswith("# CN=Writing Root, valid until 20") and "SHA-256 " in first and last == "-----END CERTIFICATE-----"


def test_pkcs7_is_read_by_openssl_and_keytool(certificates: tuple[Certificate, ...], tmp_path: Path) -> None:
    path = tmp_path / "roots.p7b"
    path.write_bytes(writing.pkcs7(certificates))
    assert {one for one, _ in read(path.read_bytes()).certificates} == set(certificates)
    assert keystores.run("openssl", "pkcs7", "-inform", "DER", "-in", str(path), "-print_certs").count("-----END CERTIFICATE-----") == len(certificates)
    assert keystores.run("keytool", "-printcert", "-file", str(path)).count("Owner:") == len(certificates)


@pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
def test_keytool_shows_trusted_entries(kind: str, certificates: tuple[Certificate, ...], tmp_path: Path) -> None:
    data = writing.pkcs12_trust_store(certificates, "a secret") if kind == "PKCS12" else writing.jks_trust_store(certificates, "a secret", AT)
    path = tmp_path / "store"
    path.write_bytes(data)
    listed = keystores.run("keytool", "-list", "-keystore", str(path), "-storepass", "a secret", "-storetype", kind)
    assert listed.count("trustedCertEntry") == len(certificates)
    assert all(alias in listed for alias, _ in writing.aliases(certificates))
    store = (pkcs12_store if kind == "PKCS12" else jks).read(data, "a secret")
    assert [(one.alias, one.certificate, one.kind) for one in store.entries] == [(alias, one, "trusted") for alias, one in writing.aliases(certificates)]
    assert store.checked


def test_a_store_of_java_needs_a_password(certificates: tuple[Certificate, ...]) -> None:
    with pytest.raises(ValueError, match="empty to Java"):
        writing.pkcs12_trust_store(certificates, "")
    with pytest.raises(ValueError, match="cannot be read"):
        writing.pkcs12_trust_store([Certificate(der=b"\x30\0")], "x")


def test_aliases_are_one_each_whatever_the_case(certificates: tuple[Certificate, ...]) -> None:
    names = [alias for alias, _ in writing.aliases(certificates)]
    assert len(set(names)) == len(certificates) and names == [one.lower() for one in names]
    assert names[0].startswith("writing-root-20") and names[-1] == f"{names[0]}-2"


# Hashed names


def test_a_folder_is_what_openssl_rehash_makes(made: tuple[Issued, ...], certificates: tuple[Certificate, ...], tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    for name, data in writing.folder(certificates):
        (ours / name).write_bytes(data)
    for number, one in enumerate(certificates):
        (theirs / f"{number}.pem").write_bytes(writing.pem(one))
    keystores.run("openssl", "rehash", str(theirs))
    assert {one.name for one in ours.iterdir()} == {one.name for one in theirs.iterdir() if one.is_symlink()}
    verify_below(made, tmp_path, "-no-CAfile", "-no-CAstore", "-CApath", str(ours))


def openssl_hash(one: Certificate, folder: Path) -> str:
    path = folder / "one.der"
    path.write_bytes(one.der)
    done = subprocess.run(
        ("openssl", "x509", "-inform", "DER", "-in", str(path), "-noout", "-subject_hash"), capture_output=True, text=True, timeout=20, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def odd_names() -> list[bytes]:
    """Subjects in every kind of string, with blanks and capitals, several attributes in one part."""
    kinds = (_ASN1Type.UTF8String, _ASN1Type.PrintableString, _ASN1Type.IA5String, _ASN1Type.T61String, _ASN1Type.BMPString, _ASN1Type.UniversalString)
    texts = ("  Two   Words ", "ÄÖÜ grün", "plain", "TAB\there", "a" * 200)
    found = []
    for kind in kinds:
        for text in texts:
            try:
                found.append(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, kind)]).public_bytes())
            except (ValueError, UnicodeEncodeError):
                continue
    several = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "Zeta"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ALPHA")])
    serial = x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, b"\x00\x01Bits", _ASN1Type.BitString)
    country = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE")])
    found.append(x509.Name([several, country]).public_bytes())
    found.append(x509.Name([serial, x509.NameAttribute(NameOID.COMMON_NAME, "Beside")]).public_bytes())
    return [*found, common_name(b"Plain One"), x509.Name([]).public_bytes()]


def test_the_hash_is_that_of_openssl_for_every_kind_of_string(tmp_path: Path) -> None:
    compared = 0
    for subject in odd_names():
        one = Certificate(der=certificate(subject=subject))
        said = openssl_hash(one, tmp_path)
        if said:
            compared += 1
            assert subject_hash(one) == said, subject.hex()
    assert compared > 15


def test_the_hash_is_that_of_openssl_for_the_public_list_and_for_odd_certificates(tmp_path: Path) -> None:
    some = [*load("certifi").certificates[::5], *(Certificate(der=one) for _, one in odd_certificates())]
    compared = 0
    for one in some:
        said = openssl_hash(one, tmp_path)
        if said and one.read.subject is not None:
            compared += 1
            assert subject_hash(one) == said
    assert compared > 40
    with pytest.raises(ValueError, match="no subject"):
        subject_hash(Certificate(der=b"none"))
