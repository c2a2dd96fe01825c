"""Certificate requests that openssl, keytool, certtool and certutil wrote, and damaged ones."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AttributeOID, NameOID

from probe.formats import csr
from probe.formats.csr import Request
from probe.formats.hashed import tlv
from tests.peers.keystores import run

CHALLENGE = b"not for everybody"


def only(data: bytes) -> Request:
    (found,) = csr.read(data)
    return found


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def request_der(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, "DE-ABC")])
    names = x509.SubjectAlternativeName([x509.DNSName("api.example"), x509.DNSName("*.api.example")])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).add_extension(names, critical=False)
    return made.add_attribute(AttributeOID.CHALLENGE_PASSWORD, CHALLENGE).sign(key, SHA256()).public_bytes(Encoding.DER)


def test_what_openssl_writes(tmp_path: Path) -> None:
    path = tmp_path / "r.pem"
    extensions = (
        "-addext",
        "subjectAltName=DNS:shop.example,IP:192.0.2.7",
        "-addext",
        "keyUsage=critical,digitalSignature",
        "-addext",
        "extendedKeyUsage=clientAuth",
    )
    command = ("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(tmp_path / "k.pem"))
    run(*command, "-subj", "/C=DE/O=Lab/CN=shop.example", "-out", str(path), *extensions)
    found = only(path.read_bytes())
    assert found.subject and found.subject.attributes == (("C", "DE"), ("O", "Lab"), ("CN", "shop.example"))
    assert found.key and (found.key.kind, found.key.curve) == ("EC", "P-256")
    assert (found.signed, found.dns_names, found.ip_addresses) == (True, ("shop.example",), ("192.0.2.7",))
    assert (found.key_usage, found.extended_key_usage, found.is_ca, found.faults, found.where) == (("digitalSignature",), ("clientAuth",), None, (), "line 1")
    assert next(one for one in found.extensions if one.oid == "2.5.29.15").critical
    text = path.read_text()
    for other in (text.replace("\n", "\r\n"), f"Here it is:\n\n{text}\nRegards", text.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")):
        assert only(other.encode()).der == found.der


def test_what_keytool_and_the_others_write(tmp_path: Path) -> None:
    store = ("-keystore", str(tmp_path / "k.p12"), "-storetype", "PKCS12", "-storepass", "changeit", "-alias", "own")
    run("keytool", "-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=java.example,O=Lab,C=DE", *store)
    run("keytool", "-certreq", "-file", str(tmp_path / "java.csr"), "-ext", "SAN=dns:java.example", *store)
    template = "cn = gnutls.example\ndns_name = gnutls.example\ntls_www_client\nsigning_key\n"
    (tmp_path / "template").write_text(template)
    run("certtool", "--generate-privkey", "--key-type", "ecdsa", "--outfile", str(tmp_path / "g.key"))
    run(
        "certtool",
        "--generate-request",
        "--load-privkey",
        str(tmp_path / "g.key"),
        "--template",
        str(tmp_path / "template"),
        "--outfile",
        str(tmp_path / "gnutls.csr"),
    )
    run("certutil", "-N", "-d", f"sql:{tmp_path}", "--empty-password")
    (tmp_path / "noise").write_bytes(bytes(range(256)))
    asks = ("-R", "-d", f"sql:{tmp_path}", "-s", "CN=nss.example", "-8", "nss.example", "-z", str(tmp_path / "noise"), "-o", str(tmp_path / "nss.csr"))
    run("certutil", *asks)
    for name, form in (("java", "RSA"), ("gnutls", "EC"), ("nss", "RSA")):
        found = only((tmp_path / f"{name}.csr").read_bytes())
        assert found.signed and found.dns_names == (f"{name}.example",) and not found.faults, (name, found.faults)
        assert found.key and found.key.kind == form and found.subject and ("CN", f"{name}.example") in found.subject.attributes


def test_der_and_the_challenge_that_is_not_shown(request_der: bytes) -> None:
    found = only(request_der)
    assert found.where == "the file" and found.signed and found.dns_names == ("api.example", "*.api.example")
    assert found.challenge_password and CHALLENGE.decode() not in repr(found).replace(repr(found.der), "")


def test_a_signature_of_another_key_is_noticed(request_der: bytes) -> None:
    at = request_der.rindex(b"\x03\x82\x01\x01\x00") + 20
    changed = bytearray(request_der)
    changed[at] ^= 1
    assert only(bytes(changed)).signed is False
    renamed = request_der.replace(b"DE-ABC", b"DE-ABD")
    assert only(renamed).signed is False and only(renamed).subject != only(request_der).subject


def test_damage_is_told_and_nothing_is_raised(request_der: bytes) -> None:
    assert csr.read(request_der[:200]) == () and csr.read(b"") == () and csr.read(b"no request") == ()
    framed = b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB*\n-----END CERTIFICATE REQUEST-----\n"
    assert only(framed).faults == ("not a certificate request, or a damaged one",)
    assert "bytes behind its end" in only(request_der + b"\0\0").faults
    for at in range(0, len(request_der), 7):
        changed = bytearray(request_der)
        changed[at] ^= 0xFF
        for one in csr.read(bytes(changed)):
            assert one.signed is not True or one.faults


def test_the_wrapping_of_the_tool_of_windows() -> None:
    """There certreq puts the same extensions under an OID of its own."""
    extension = tlv(0x30, bytes.fromhex("0603551d11") + tlv(4, tlv(0x30, tlv(0x82, b"win.example"))))
    attribute = tlv(0x30, bytes.fromhex("060a2b06010401823702010e") + tlv(0x31, tlv(0x30, extension)))
    key = tlv(0x30, tlv(0x30, bytes.fromhex("06032b6570")) + tlv(3, bytes(33)))
    body = tlv(0x30, tlv(2, b"\0") + tlv(0x30, b"") + key + tlv(0xA0, attribute))
    found = only(tlv(0x30, body + tlv(0x30, bytes.fromhex("06032b6570")) + tlv(3, bytes(65))))
    assert found.dns_names == ("win.example",) and found.signed is not True
