"""PEM in every disguise: what is found in it, and which loaders refuse the very file."""

import ssl
import time
from pathlib import Path
from typing import Any

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from OpenSSL import SSL

from probe.formats import Content, pem, read
from tests.formats.files import BODY, BOTH, FIRST, PEM_FIRST, SECOND, VARIANTS, framed


def ders(content: Content) -> list[bytes]:
    return [one.der for one, _ in content.certificates]


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_in_a_file_is_found(name: str) -> None:
    data, expected, damaged = VARIANTS[name]
    content = read(data)
    assert len(content.certificates) == expected
    assert bool(content.skipped) is damaged
    assert content.kind == "pem"
    good = {FIRST, SECOND}
    assert sum(1 for one in ders(content) if one not in good) == (1 if name == "no certificate inside" else 0)


@pytest.mark.parametrize("name", VARIANTS)
def test_who_would_refuse_the_file_is_known(name: str, tmp_path: Path) -> None:
    """Asked are the machine's OpenSSL, the OpenSSL inside cryptography, and cryptography."""
    data = VARIANTS[name][0]
    path = tmp_path / "file.pem"
    path.write_bytes(data)
    refused = {who for oddity in read(data).oddities for who in oddity.refused_by}
    assert ("openssl" in refused) is not loads(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations, str(path))
    assert ("openssl" in refused) is not loads(SSL.Context(SSL.TLS_METHOD).load_verify_locations, str(path))
    assert ("cryptography" in refused) is not loads(x509.load_pem_x509_certificates, data)


def loads(loader: Any, argument: object) -> bool:
    try:
        loader(argument)
    except (ssl.SSLError, SSL.Error, ValueError):
        return False
    return True


def test_places_and_reasons_are_told() -> None:
    content = read(VARIANTS["a damaged one among good ones"][0])
    second = PEM_FIRST.count("\n") + 1
    assert [where for _, where in content.certificates] == ["line 1", f"line {2 * second - 1}"]
    why = f"damaged: a character that is no base64 in line {second + 1} (block 2 of 3)"
    assert [(one.where, one.why) for one in content.skipped] == [(f"line {second}", why)]
    assert content.looks_like == ""


def test_a_file_with_carriage_returns_alone_still_has_lines() -> None:
    assert [where for _, where in read(BOTH.replace("\n", "\r").encode()).certificates] == ["line 1", f"line {PEM_FIRST.count(chr(10)) + 1}"]


@pytest.mark.parametrize("label", ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "CERTIFICATE", "X509 CERTIFICATE"])
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_private_key_is_never_kept_or_quoted(label: str, encrypted: bool) -> None:
    how = BestAvailableEncryption(b"secret") if encrypted else NoEncryption()
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, how)
    file = framed(label, key) + PEM_FIRST
    body = file.split("-----")[2].replace("\n", "")
    for data in (file.encode(), file.replace("-----END", "", 1).encode(), file.replace("M", "!", 1).encode()):
        content = read(data)
        assert FIRST in ders(content) or b"-----END" not in data.split(b"-----BEGIN")[1]
        shown = repr(content)
        assert not any(body[at : at + 16] in shown for at in range(0, len(body) - 16, 4))
        assert key not in ders(content)
        assert content.skipped


def test_a_key_beside_a_certificate_hinders_no_loader() -> None:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    content = read(key + PEM_FIRST.encode())
    assert (ders(content), content.oddities) == ([FIRST], ())
    assert [one.why for one in content.skipped] == ["a private key, no certificate"]


@pytest.mark.parametrize(
    ("label", "looks"),
    [
        ("RSA PRIVATE KEY", "a private key"),
        ("CERTIFICATE REQUEST", "a certificate request"),
        ("NEW CERTIFICATE REQUEST", "a certificate request"),
        ("X509 CRL", "a revocation list"),
        ("PUBLIC KEY", "a public key"),
        ("DH PARAMETERS", "Diffie-Hellman parameters"),
        ("OPENSSH PRIVATE KEY", "an OpenSSH key"),
        ("PGP PUBLIC KEY BLOCK", "a PGP key"),
        ("FOO", "a block of the kind FOO"),
    ],
)
def test_a_file_of_something_else_is_named(label: str, looks: str) -> None:
    content = read(framed(label, b"some bytes").encode())
    assert (content.certificates, content.looks_like) == ((), looks)


def test_base64_alone_is_read_and_said_to_be_odd() -> None:
    for text in (BODY, BODY + "\n", "\n".join(PEM_FIRST.splitlines()[1:-1]), BODY.replace("\n", "\r\n")):
        content = read(text.encode())
        assert (content.kind, ders(content)) == ("base64", [FIRST])
        assert set(content.oddities[0].refused_by) == {"openssl", "cryptography"}
    assert read(b"MIIB this is a letter, not base64.").kind == "none"
    assert read(b"MIIBnotACertificate=").kind == "none"


def test_the_public_lists_are_read_whole() -> None:
    for path in (Path(certifi.where()), Path("/etc/ssl/certs/ca-certificates.crt")):
        data = path.read_bytes()
        content = read(data)
        assert len(content.certificates) == data.count(b"-----BEGIN CERTIFICATE-----") > 100
        assert (content.kind, content.skipped, content.oddities, content.looks_like) == ("pem", (), (), "")


@pytest.mark.parametrize("body", ["", "MII\n", "\n" * 50], ids=["empty", "broken", "blank"])
def test_there_is_a_limit_to_blocks(body: str) -> None:
    many = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n" * (pem.MAX_BLOCKS + 10)
    content = read(many.encode())
    assert len(content.skipped) == pem.MAX_BLOCKS + 1
    assert content.skipped[-1].why == f"more than {pem.MAX_BLOCKS} blocks"


@pytest.mark.parametrize(
    "data",
    [
        b"-" * 8_000_000,
        b"-----BEGIN CERTIFICATE-----" * 300_000,
        b"-----BEGIN CERTIFICATE----------END CERTIFICATE-----" * 150_000,
        b"-----BEGIN " + b"A" * 8_000_000,
        b"-----BEGIN CERTIFICATE-----\n" + b"\n" * 8_000_000,
        b"-----BEGIN CERTIFICATE-----\n" + b"MII " * 2_000_000,
        b"-----BEGIN CERTIFICATE-----\n" + b"A: b\n" * 1_600_000,
        b"MI" + b"M " * 4_000_000,
        "-----BEGIN CERTIFICATE-----\n".encode("utf-16") * 100_000,
        b"-----BEGIN CERTIFICATE-----\n" + b" " * 8_000_000 + b"\n-----END CERTIFICATE-----",
    ],
    ids=["dashes", "begins", "frames", "label", "line ends", "words", "headers", "bare", "UTF-16", "blanks"],
)
def test_megabytes_of_malice_take_no_time(data: bytes) -> None:
    begun = time.process_time()
    assert read(data).certificates == ()
    assert time.process_time() - begun < 5
