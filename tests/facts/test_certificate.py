"""Reading good certificates: the own reader must say what ``cryptography`` says, field by field."""

import hashlib
import re
import threading
import time
import warnings
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from probe.facts.certificate import Certificate, Name, fingerprint, is_self_issued, pem, reading, title
from probe.facts.oids import ATTRIBUTES, NAMES, PURPOSES, named
from tests.odd import attribute, certificate, common_name, names, tlv

BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END", re.DOTALL)
DEBIAN = Path("/etc/ssl/certs/ca-certificates.crt")
KINDS = {x509.DNSName: "dns", x509.RFC822Name: "email", x509.UniformResourceIdentifier: "uri"}
USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}


def stored(path: Path) -> list[bytes]:
    return [b64decode(body) for body in BLOCK.findall(path.read_text(encoding="utf-8"))]


def general(name: x509.GeneralName) -> tuple[str, str]:
    if isinstance(name, x509.IPAddress):
        return "ip", str(name.value)
    if isinstance(name, x509.DirectoryName):
        return "dn", name.value.public_bytes().hex()
    if type(name) in KINDS:
        return KINDS[type(name)], str(name.value)
    return "other", ""


def agrees(der: bytes) -> None:
    """Everything that ``cryptography`` reads, the own reader reads alike."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = x509.load_der_x509_certificate(der)
        ours = reading(der)
        assert ours.read_by == "cryptography"
        assert ours.version == theirs.version.value + 1
        assert ours.serial == theirs.serial_number
        same_name(ours.subject, theirs.subject)
        same_name(ours.issuer, theirs.issuer)
        assert (ours.not_before, ours.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
        assert ours.tbs == theirs.tbs_certificate_bytes
        assert ours.signature == theirs.signature
        assert ours.signature_oid == ours.inner_signature_oid == theirs.signature_algorithm_oid.dotted_string
        same_key(der, theirs)
        same_extensions(der, theirs.extensions)


def same_name(ours: Name | None, theirs: x509.Name) -> None:
    assert ours is not None
    assert ours.der == theirs.public_bytes()
    assert ours.attributes == tuple((ATTRIBUTES.get(one.oid.dotted_string, one.oid.dotted_string), one.value) for one in theirs)
    overrides = {x509.ObjectIdentifier(oid): label for oid, label in ATTRIBUTES.items()}
    assert ours.text == theirs.rfc4514_string(overrides)


def same_key(der: bytes, theirs: x509.Certificate) -> None:
    ours, key = reading(der).key, theirs.public_key()
    assert ours is not None
    assert ours.spki == key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, rsa.RSAPublicKey):
        assert (ours.kind, ours.bits) == ("RSA", key.key_size)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        names_of = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp224r1": "P-224"}
        assert (ours.kind, ours.curve, ours.bits) == ("EC", names_of[key.curve.name], key.key_size)
    elif isinstance(key, dsa.DSAPublicKey):
        assert (ours.kind, ours.bits) == ("DSA", key.key_size)
    else:
        assert ours.kind == type(key).__name__.removesuffix("PublicKey")


def same_extensions(der: bytes, theirs: x509.Extensions) -> None:
    ours = reading(der)
    assert [(one.oid, one.critical) for one in ours.extensions] == [(one.oid.dotted_string, one.critical) for one in theirs]
    for one in theirs:
        value = one.value
        if isinstance(value, x509.SubjectAlternativeName):
            found = [general(name) for name in value]
            assert ours.has_san
            assert ours.dns_names == tuple(name for kind, name in found if kind == "dns")
            assert ours.ip_addresses == tuple(name for kind, name in found if kind == "ip")
            assert [kind for kind, _ in ours.other_names] == [kind for kind, _ in found if kind not in ("dns", "ip")]
        elif isinstance(value, x509.BasicConstraints):
            assert (ours.is_ca, ours.path_length) == (value.ca, value.path_length)
        elif isinstance(value, x509.KeyUsage):
            assert {one for one in ours.key_usage or () if one in USAGES.values()} == {label for field, label in USAGES.items() if getattr(value, field)}
        elif isinstance(value, x509.ExtendedKeyUsage):
            assert ours.extended_key_usage == tuple(PURPOSES.get(oid.dotted_string, oid.dotted_string) for oid in value)
        elif isinstance(value, x509.SubjectKeyIdentifier):
            assert ours.subject_key_id == value.digest
        elif isinstance(value, x509.AuthorityKeyIdentifier):
            assert (ours.authority_key_id, ours.authority_serial) == (value.key_identifier, value.authority_cert_serial_number)
        elif isinstance(value, x509.NameConstraints):
            same_subtrees(der, value)
        elif isinstance(value, x509.AuthorityInformationAccess):
            for method, found_here in ((AuthorityInformationAccessOID.CA_ISSUERS, ours.ca_issuers), (AuthorityInformationAccessOID.OCSP, ours.ocsp)):
                uris = [
                    one.access_location.value
                    for one in value
                    if one.access_method == method and isinstance(one.access_location, x509.UniformResourceIdentifier)
                ]
                assert list(found_here) == uris
        elif isinstance(value, x509.CRLDistributionPoints):
            assert list(ours.crl) == [name.value for point in value for name in point.full_name or () if isinstance(name, x509.UniformResourceIdentifier)]


def same_subtrees(der: bytes, theirs: x509.NameConstraints) -> None:
    ours = reading(der).name_constraints
    assert ours is not None
    for mine, other in ((ours.permitted, theirs.permitted_subtrees), (ours.excluded, theirs.excluded_subtrees)):
        assert [value for value in mine if value[0] != "other"] == [general(one) for one in other or () if general(one)[0] != "other"]


def test_every_public_root_reads_as_cryptography_reads_it() -> None:
    roots = stored(Path(certifi.where()))
    assert len(roots) > 100
    for der in roots:
        agrees(der)


def test_every_root_of_the_system_reads_as_cryptography_reads_it() -> None:
    roots = stored(DEBIAN)
    assert len(roots) > 100
    for der in roots:
        agrees(der)


PEOPLE = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Müller, "Söhne" + Co; <KG>\\'),
        x509.NameAttribute(NameOID.COMMON_NAME, " #odd name "),
        x509.NameAttribute(NameOID.EMAIL_ADDRESS, "a@b.example"),
        x509.NameAttribute(NameOID.DOMAIN_COMPONENT, "example"),
        x509.NameAttribute(x509.ObjectIdentifier("1.2.3.4.5"), "private"),
    ]
)
MANY = x509.Name([x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "a"), x509.NameAttribute(NameOID.USER_ID, "b")])])


def full(public: Any, signer: Any, algorithm: Any, pss: padding.PSS | None = None) -> bytes:
    """One certificate with every extension that is read."""
    url = x509.UniformResourceIdentifier("http://ca.example/ca.crt")
    all_usages = dict.fromkeys((*USAGES, "encipher_only", "decipher_only"), True)
    builder = (
        x509.CertificateBuilder(subject_name=PEOPLE, issuer_name=MANY, public_key=public, serial_number=2**158 + 5)
        .not_valid_before(datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC))
        .not_valid_after(datetime(2051, 2, 3, 4, 5, 6, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(True, 3), True)
        .add_extension(x509.KeyUsage(**all_usages), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, x509.ObjectIdentifier("1.2.3.4")]), False)
        .add_extension(x509.SubjectKeyIdentifier(b"subject key id"), False)
        .add_extension(x509.AuthorityKeyIdentifier(b"authority key id", [x509.DirectoryName(PEOPLE)], 77), False)
        .add_extension(
            x509.AuthorityInformationAccess(
                [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, url), x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url)]
            ),
            False,
        )
        .add_extension(x509.CRLDistributionPoints([x509.DistributionPoint([url, x509.DirectoryName(MANY)], None, None, None)]), False)
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("a.example"),
                    x509.DNSName("*.b.example"),
                    x509.IPAddress(ip_address("2001:db8::1")),
                    x509.IPAddress(ip_address("192.0.2.1")),
                    x509.RFC822Name("a@b.example"),
                    url,
                    x509.DirectoryName(PEOPLE),
                    x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),
                    x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x01a"),
                ]
            ),
            False,
        )
        .add_extension(
            x509.NameConstraints(
                [x509.DNSName(".permitted.example"), x509.IPAddress(ip_network("10.0.0.0/8")), x509.DirectoryName(MANY)],
                [x509.RFC822Name("evil.example"), x509.UniformResourceIdentifier(".evil.example"), x509.IPAddress(ip_network("2001:db8::/32"))],
            ),
            True,
        )
    )
    return builder.sign(signer, algorithm, rsa_padding=pss).public_bytes(Encoding.DER)


def test_certificates_of_every_kind_of_key_read_as_cryptography_reads_them() -> None:
    signer = ec.generate_private_key(ec.SECP256R1())
    keys: list[Any] = [ec.generate_private_key(curve) for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP224R1())]
    small = rsa.generate_private_key(65537, 1024)  # noqa: S505  (made faster, and nothing is protected by it)
    others: list[Any] = [ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate(), x25519.X25519PrivateKey.generate(), small]
    made = [full(key.public_key(), signer, hashes.SHA256()) for key in keys + others]
    made.append(full(signer.public_key(), others[0], None))
    made.append(full(signer.public_key(), small, hashes.SHA256(), padding.PSS(padding.MGF1(hashes.SHA256()), 32)))
    for der in made:
        agrees(der)
    assert {key.kind for key in (reading(der).key for der in made) if key} == {"EC", "RSA", "Ed25519", "Ed448", "X25519"}


def test_faults_of_good_certificates_are_only_what_the_standard_forbids() -> None:
    tolerated = re.compile(r"serial number: zero|a GeneralizedTime before 2050|characters, at most 64")
    faults = [fault for der in stored(Path(certifi.where())) for fault in reading(der).faults]
    assert [fault for fault in faults if not tolerated.search(fault)] == []


def test_a_name_is_found_again_in_other_case_white_space_and_string_type() -> None:
    same = [common_name(b"Lab  Root ca "), common_name(b"lab root CA", 0x13), common_name("LAB ROOT CA".encode("utf-16-be"), 0x1E)]
    other = [
        common_name(b"lab root cb"),
        common_name(b"labroot ca"),
        common_name(b"lab\0root ca"),
        common_name(b"\xff\xfe"),
        common_name(b"\xff\xfd"),
        tlv(0x30),
    ]
    keys = [subject.key for subject in (reading(certificate(subject=one)).subject for one in [*same, *other]) if subject]
    assert keys[0] == keys[1] == keys[2]
    assert len(set(keys)) == 1 + len(other)


def test_the_order_inside_a_multi_valued_part_does_not_count() -> None:
    one, two = attribute("0603550403", b"a")[2:], attribute("060355040b", b"b")[2:]
    first = reading(certificate(subject=tlv(0x30, tlv(0x31, one, two)))).subject
    second = reading(certificate(subject=tlv(0x30, tlv(0x31, two, one)))).subject
    apart = reading(certificate(subject=tlv(0x30, tlv(0x31, one), tlv(0x31, two)))).subject
    assert first and second and apart
    assert first.key == second.key != apart.key


@pytest.mark.parametrize(
    ("subject", "alternative", "expected"),
    [
        (common_name(b"www.example"), b"other.example", "www.example"),
        (tlv(0x30, attribute("060355040a", b"Org"), attribute("060355040b", b"Unit")), b"other.example", "Unit"),
        (tlv(0x30, attribute("060355040a", b"Org")), b"other.example", "Org"),
        (tlv(0x30), b"other.example", "other.example"),
        (tlv(0x30), b" ", "serial number 112233"),
    ],
)
def test_the_title_is_the_best_name_there_is(subject: bytes, alternative: bytes, expected: str) -> None:
    made = certificate(subject=subject, extensions=(names(tlv(0x82, alternative)),))
    assert title(Certificate(der=made)) == expected


def test_what_cannot_be_read_still_has_a_title_a_fingerprint_and_a_pem() -> None:
    broken = Certificate(der=b"no certificate")
    assert title(broken).startswith("unreadable certificate ")
    assert fingerprint(broken, "sha1").replace(":", "").lower() == hashlib.sha1(broken.der, usedforsecurity=False).hexdigest()
    assert b64decode("".join(pem(broken).splitlines()[1:-1])) == broken.der
    assert not is_self_issued(broken)


def test_a_fingerprint_and_a_pem_are_those_of_the_standard_programs() -> None:
    der = stored(Path(certifi.where()))[0]
    theirs = x509.load_der_x509_certificate(der)
    assert pem(Certificate(der=der)).encode() == theirs.public_bytes(Encoding.PEM)
    assert bytes.fromhex(fingerprint(Certificate(der=der)).replace(":", "")) == theirs.fingerprint(hashes.SHA256())
    assert len(fingerprint(Certificate(der=der), "md5").split(":")) == 16


def test_self_issued_goes_by_the_names() -> None:
    assert is_self_issued(Certificate(der=certificate(subject=common_name(b"odd ca", 0x13))))
    assert not is_self_issued(Certificate(der=certificate()))


def test_no_warning_of_the_library_reaches_anybody() -> None:
    made = certificate(serial=tlv(2, b"\x80\x02"), subject=tlv(0x30, attribute("0603550406", b"DEU")))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert reading(made).read_by == "cryptography"
    assert seen == []


def test_reading_in_many_threads_leaves_the_warning_filters_alone() -> None:
    before = list(warnings.filters)
    made = [certificate(serial=tlv(2, bytes([0x80, number]))) for number in range(1, 100)]
    threads = [threading.Thread(target=lambda: [reading(one) for one in made]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def test_an_all_of_public_roots_is_read_in_a_blink() -> None:
    roots = stored(Path(certifi.where()))
    took = []
    for _ in range(5):
        reading.cache_clear()
        begun = time.process_time()
        for der in roots:
            reading(der)
        took.append(time.process_time() - begun)
    assert min(took) < 0.1, "the goal is 25 ms; four times that is a defect on any machine"


def test_a_very_large_certificate_is_not_read() -> None:
    big = reading(b"\x30\x84\x00\x20\x00\x00" + bytes(2 * 1024 * 1024))
    assert (big.read_by, big.faults) == ("hex", (f"too large to be read: {2 * 1024 * 1024 + 6} bytes",))


def test_a_certificate_with_ten_thousand_names_is_read_whole() -> None:
    many = certificate(extensions=(names(*(tlv(0x82, b"n%d.example" % number) for number in range(10_000))),))
    assert len(reading(many).dns_names) == 10_000


def test_names_of_object_identifiers() -> None:
    assert named("1.2.840.113549.1.1.11") == "RSA with SHA-256"
    assert named("2.5.29.17") == "subjectAltName"
    assert named("1.2.3.4") == "1.2.3.4"
    assert all(re.fullmatch(r"[0-2](\.\d+)+", oid) for oid in NAMES)


def test_a_period_of_one_second_is_read_exactly() -> None:
    ours = reading(certificate(validity=tlv(0x30, tlv(0x17, b"491231235959Z"), tlv(0x18, b"20500101000000Z"))))
    assert ours.not_before and ours.not_after
    assert ours.not_after - ours.not_before == timedelta(seconds=1)
