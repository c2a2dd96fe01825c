"""DER, PKCS #7, and files that hold no certificate: what they are said to be."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat, pkcs7, pkcs12

from probe import formats
from probe.formats import read
from tests.formats.files import FIRST, PEM_FIRST, SECOND, framed
from tests.odd import odd_certificates

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lab")])


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def real(key: ec.EllipticCurvePrivateKey) -> list[x509.Certificate]:
    """Two certificates that every program loads."""
    made = []
    for number in (1, 2):
        builder = x509.CertificateBuilder(subject_name=NAME, issuer_name=NAME, public_key=key.public_key(), serial_number=number)
        made.append(builder.not_valid_before(datetime(2025, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2035, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256()))
    return made


def found(data: bytes) -> list[bytes]:
    return [one.der for one, _ in read(data).certificates]


def test_one_certificate_in_der() -> None:
    content = read(FIRST)
    assert (content.kind, found(FIRST), content.skipped, content.looks_like) == ("der", [FIRST], (), "")
    assert content.certificates[0][1] == "certificate 1"
    assert content.oddities[0].what == "DER, not PEM"


def test_several_certificates_one_after_another() -> None:
    content = read(FIRST + SECOND + FIRST)
    assert [(one.der, where) for one, where in content.certificates] == [(FIRST, "certificate 1"), (SECOND, "certificate 2"), (FIRST, "certificate 3")]


def test_what_follows_a_certificate_is_told() -> None:
    for rest in (b"\0\0\0", b"\x30\x03\x02\x01\x05", SECOND[:100]):
        content = read(FIRST + rest)
        assert [one.der for one, _ in content.certificates] == [FIRST]
        assert [one.where for one in content.skipped] == [f"byte {len(FIRST)}"]


def test_a_certificate_that_is_cut_off_is_a_damaged_file() -> None:
    content = read(FIRST[:-10])
    assert (content.certificates, content.looks_like) == ((), "a damaged certificate file")
    assert content.skipped[0].why.startswith("damaged: cut off")


STRUCTURELESS = {"cut off", "cut off in the head", "garbage", "empty", "a web page", "nested too deeply", "no fields", "a fourth part", "signature no bits"}


@pytest.mark.parametrize(("name", "der"), odd_certificates(), ids=lambda one: one if isinstance(one, str) else "")
def test_every_odd_certificate_that_has_the_structure_is_found(name: str, der: bytes) -> None:
    expected = [] if name in STRUCTURELESS else [der[:-3] if name == "bytes after it" else der]
    assert found(der) == expected


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_pkcs7_reads_as_cryptography_reads_it(encoding: Encoding, real: list[x509.Certificate]) -> None:
    data = pkcs7.serialize_certificates(real, encoding)
    theirs = pkcs7.load_pem_pkcs7_certificates(data) if encoding is Encoding.PEM else pkcs7.load_der_pkcs7_certificates(data)
    content = read(data)
    assert content.kind == "pkcs7"
    assert [one.der for one, _ in content.certificates] == [one.public_bytes(Encoding.DER) for one in theirs]
    assert content.oddities[0].what == "PKCS #7"


def test_pkcs7_places_name_line_and_number(real: list[x509.Certificate]) -> None:
    data = b"the chain:\n" + pkcs7.serialize_certificates(real, Encoding.PEM)
    assert [where for _, where in read(data).certificates] == ["line 2, certificate 1", "line 2, certificate 2"]


def test_pkcs7_of_the_openssl_program_reads_the_same(tmp_path: Path, real: list[x509.Certificate]) -> None:
    openssl = shutil.which("openssl")
    assert openssl
    chain = tmp_path / "chain.pem"
    chain.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in real))
    command = [openssl, "crl2pkcs7", "-nocrl", "-certfile", str(chain), "-outform", "DER"]
    data = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
    assert sorted(found(data)) == sorted(one.public_bytes(Encoding.DER) for one in real)


def test_pkcs7_under_the_wrong_label_is_found_too(real: list[x509.Certificate]) -> None:
    data = pkcs7.serialize_certificates(real, Encoding.DER)
    assert len(found(framed("CERTIFICATE", data).encode())) == 2
    assert found(framed("PKCS7", FIRST).encode()) == [FIRST]


def test_pkcs7_that_is_damaged_is_a_damaged_file(real: list[x509.Certificate]) -> None:
    data = pkcs7.serialize_certificates(real, Encoding.DER)
    content = read(data[:-50])
    assert (content.certificates, content.looks_like) == ((), "a damaged certificate file")


def signing_request(key: ec.EllipticCurvePrivateKey) -> x509.CertificateSigningRequest:
    return x509.CertificateSigningRequestBuilder(NAME).sign(key, hashes.SHA256())


def revocation_list(key: ec.EllipticCurvePrivateKey) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder(NAME, datetime(2025, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC))
    return builder.sign(key, hashes.SHA256())


def test_der_of_something_else_is_named(key: ec.EllipticCurvePrivateKey, real: list[x509.Certificate]) -> None:
    small: Any = rsa.generate_private_key(65537, 1024)  # noqa: S505  (protects nothing)
    secret = BestAvailableEncryption(b"secret")
    made = {
        "a certificate request": [signing_request(key).public_bytes(Encoding.DER)],
        "a revocation list": [revocation_list(key).public_bytes(Encoding.DER)],
        "a public key": [key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)],
        "a private key": [
            *(
                one.private_bytes(Encoding.DER, form, NoEncryption())
                for one in (key, small)
                for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)
            ),
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, secret),
        ],
        "a PKCS12 file": [
            pkcs12.serialize_key_and_certificates(b"x", key, real[0], None, secret),
            pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(real[0], b"x")], secret),
        ],
    }
    for expected, files in made.items():
        for data in files:
            content = read(data)
            assert (content.certificates, content.looks_like, content.kind) == ((), expected, "none")


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\xef\xbb\xbf\n <HTML lang=en>", "an HTML page"),
        (b"<!-- saved --><html>", "an HTML page"),
        (b"<?xml version='1.0'?><a/>", "an XML document"),
        (b"\xfe\xed\xfe\xed\0\0\0\2", "a JKS key store"),
        (b"\xce\xce\xce\xce\0\0\0\2", "a JCEKS key store"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "an OpenSSH public key"),
        (b"ecdsa-sha2-nistp256 AAAA", "an OpenSSH public key"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "an OpenSSH key"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----", "a PGP key"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519", "a PuTTY key"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"Dear colleague,\nplease find attached", "text"),
        ("Bücher".encode("latin-1"), "text"),
        (bytes(range(256)), "binary"),
        (b"\x30\x03\x02\x01\x05", "binary"),
        (b"\x30\x82", "binary"),
    ],
)
def test_a_file_without_certificates_is_named(data: bytes, looks: str) -> None:
    content = read(data)
    assert (content.certificates, content.looks_like) == ((), looks)
    assert content.kind == ("pem" if b"-----BEGIN" in data else "none")


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_SIZE", len(PEM_FIRST) - 1)
    content = read(PEM_FIRST.encode())
    assert (content.kind, content.certificates) == ("none", ())
    assert content.looks_like.startswith("a file of more than")
