"""The extensions of Active Directory Certificate Services, as openssl writes them, and broken."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from probe.facts.certificate import Certificate
from probe.facts.enterprise import CA_VERSION, PREVIOUS, SECURITY, TEMPLATE, TEMPLATE_NAME, enterprise
from probe.lab.surgery import tlv

NAME = tlv(0x1E, "DomainController".encode("utf-16-be"))
NUMBER = tlv(0x06, bytes.fromhex("2b060104018237150801"))
SID = tlv(0x06, bytes.fromhex("2b060104018237190201"))
GOOD = {
    TEMPLATE_NAME: NAME,
    TEMPLATE: tlv(0x30, NUMBER, tlv(2, b"\x64"), tlv(2, b"\x05")),
    CA_VERSION: tlv(2, b"\x02\x00\x03"),
    PREVIOUS: tlv(4, b"\xab\xcd"),
    SECURITY: tlv(0x30, tlv(0xA0, SID, tlv(0xA0, tlv(4, b"S-1-5-21-1004336348-1177238915-682003330-512")))),
}
SAID = (
    ("Certificate template", "DomainController"),
    ("Certificate template", "1.3.6.1.4.1.311.21.8.1, version 100.5"),
    ("AD CS CA version", "V3.2 (certificate 3, key 2 of this CA)"),
    ("AD CS previous CA certificate", "AB:CD"),
    ("AD CS security identifier", "S-1-5-21-1004336348-1177238915-682003330-512"),
)


def certificate(extensions: dict[str, bytes]) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dc1.corp.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    for oid, value in extensions.items():
        made = made.add_extension(x509.UnrecognizedExtension(ObjectIdentifier(oid), value), critical=False)
    return Certificate(der=made.sign(key, SHA256()).public_bytes(Encoding.DER))


def test_all_of_them_are_named() -> None:
    assert enterprise(certificate(GOOD)) == SAID
    assert enterprise(certificate({})) == ()


@pytest.mark.parametrize("oid", GOOD)
def test_what_cannot_be_read_says_so_and_costs_only_itself(oid: str) -> None:
    whole = GOOD[oid]
    for broken in (b"", b"\x30\x80", whole[:-1], b"\x30\x84\xff\xff\xff\xff", tlv(0x30), tlv(0x05), b"\xff" * 40):
        told = dict(enterprise(certificate(GOOD | {oid: broken})))
        assert set(told) == {label for label, _ in SAID}
        assert "cannot be read" in [value for _, value in enterprise(certificate({oid: broken}))]


def test_long_values_are_cut() -> None:
    long = tlv(0x1E, ("T" * 5000).encode("utf-16-be"))
    ((_, value),) = enterprise(certificate({TEMPLATE_NAME: long}))
    assert value == "T" * 200
