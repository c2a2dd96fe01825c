"""Certificates that break parsers: each is a value, says what is wrong with it, and loses no more than the bad field."""

import warnings
from datetime import UTC, datetime

import pytest
from cryptography import x509

from probe.facts.certificate import Certificate, fingerprint, is_self_issued, pem, reading, title
from tests.odd import odd_certificates

ODD = dict(odd_certificates())

# What is odd: (who reads it, the first fault that is named).
EXPECTED = {
    "serial negative": ("cryptography", "serial number: negative, it must be positive"),
    "serial zero": ("cryptography", "serial number: zero, it must be positive"),
    "serial of 25 bytes": ("cryptography", "serial number: 25 bytes, at most 20 are allowed"),
    "serial of 600 bytes": ("cryptography", "serial number: 600 bytes, at most 20 are allowed"),
    "serial with padding": ("lenient", "an integer with needless bytes"),
    "serial without content": ("lenient", "serial number: an integer without content"),
    "version 4": ("lenient", "version: 4 does not exist"),
    "version 1 written out": ("lenient", "version: the default 1 is written out"),
    "version 1 with extensions": ("cryptography", "extensions: not allowed in version 1"),
    "version as string": ("lenient", "version: the number has the identifier 0x0c in place of 0x02"),
    "issuer empty": ("cryptography", "issuer: empty"),
    "subject empty without names": ("cryptography", "subject: empty, and there is no subjectAltName"),
    "name with an empty part": ("lenient", "subject: a part without attributes"),
    "country of three letters": ("cryptography", "subject: C: 3 characters, at most 2 are allowed"),
    "common name empty": ("cryptography", "subject: CN: empty"),
    "common name of 300": ("cryptography", "subject: CN: 300 characters, at most 64 are allowed"),
    "common name with NUL": ("cryptography", "subject: CN: contains NUL"),
    "common name no UTF-8": ("lenient", "subject: CN: not a valid UTF8String"),
    "common name an integer": ("lenient", "subject: CN: not a character string (identifier 0x02)"),
    "common name T61 with umlaut": ("lenient", "subject: CN: a T61String with characters whose meaning is unclear (read as ISO 8859-1)"),
    "common name BMP": ("cryptography", ""),
    "common name BMP of odd length": ("lenient", "subject: CN: not a valid BMPString"),
    "common name universal": ("cryptography", ""),
    "printable with star": ("lenient", "subject: CN: a PrintableString with characters outside its set"),
    "printable with at": ("lenient", "subject: CN: a PrintableString with characters outside its set"),
    "name without set": ("lenient", "subject: a part of the name has the identifier 0x30 in place of 0x31"),
    "time without seconds": ("lenient", "notBefore: a time without seconds"),
    "time with offset": ("lenient", "notBefore: a time with an offset"),
    "time without zone": ("lenient", "notBefore: a time without zone (read as UTC)"),
    "time with fraction": ("lenient", "notBefore: a time with a fraction of a second"),
    "time of month 13": ("lenient", "notBefore: a time that does not exist"),
    "time garbage": ("lenient", "notBefore: a time that cannot be read"),
    "time of the year 9999": ("cryptography", ""),
    "time beyond 9999": ("lenient", "notAfter: a time that does not exist"),
    "time of the second 60": ("lenient", "notAfter: the second 60"),
    "generalized before 2050": ("cryptography", "notBefore: a GeneralizedTime before 2050"),
    "ends before it begins": ("cryptography", "validity: it ends before it begins"),
    "one time only": ("lenient", "validity: not a pair of times"),
    "times as integers": ("lenient", "notBefore: not a time (identifier 0x02)"),
    "algorithms differ": ("cryptography", "signature algorithm: the one inside the signed part differs from the one outside"),
    "algorithm with NULL": ("lenient", "signature algorithm: parameters where none belong"),
    "algorithm unknown": ("lenient", "signature algorithm: of a kind that is not known here (1.2.3.4)"),
    "algorithm empty": ("lenient", "signature algorithm: empty"),
    "key of unknown kind": ("lenient", "public key: of a kind that is not known here (1.2.3.4)"),
    "key off the curve": ("lenient", "public key: a strict reader refuses it"),
    "key on an unknown curve": ("lenient", "public key: on a curve that is not known here (1.2.3.4)"),
    "key without curve": ("lenient", "public key: an EC key without curve"),
    "key RSA of exponent 1": ("lenient", "public key: RSA exponent 1"),
    "key RSA of modulus 0": ("lenient", "public key: an RSA modulus that cannot be"),
    "key RSA garbage": ("lenient", "public key: cut off: 97 bytes announced, 5 there"),
    "key garbage": ("lenient", "public key: the key is not a pair of algorithm and value"),
    "names garbage": ("lenient", "subjectAltName: cut off: 97 bytes announced, 5 there"),
    "names empty": ("cryptography", "subjectAltName: empty"),
    "names twice": ("lenient", "subjectAltName: the extension is there more than once, the first counts here"),
    "name with NUL": ("cryptography", "subjectAltName: dns name: contains NUL"),
    "name in UTF-8": ("cryptography", "subjectAltName: dns name: characters outside ASCII"),
    "address of 5 bytes": ("lenient", "subjectAltName: ip name: 5 bytes in place of 4 or 16"),
    "name of a kind that is not": ("lenient", "subjectAltName: a name of a kind that does not exist (identifier 0x8f)"),
    "constraints in the name of CA garbage": ("lenient", "basicConstraints: cut off: 5 bytes announced, 0 there"),
    "constraints with FALSE": ("lenient", "basicConstraints: the default FALSE is written out"),
    "constraints with another truth": ("lenient", "basicConstraints: a boolean other than 00 and FF"),
    "path length negative": ("lenient", "basicConstraints: a path length that cannot be"),
    "key usage as integer": ("lenient", "keyUsage: not a bit string"),
    "key usage without bits": ("cryptography", "keyUsage: no usage is set"),
    "purposes empty": ("lenient", "extKeyUsage: empty"),
    "purpose no identifier": ("lenient", "extKeyUsage: an object identifier that cannot be"),
    "authority key garbage": ("lenient", "authorityKeyIdentifier: a length that cannot be"),
    "subject key garbage": ("lenient", "subjectKeyIdentifier: not an octet string"),
    "policies garbage": ("lenient", "certificatePolicies: a policy has the identifier 0x02 in place of 0x30"),
    "timestamps garbage": ("lenient", "signedCertificateTimestampList: a list whose length does not fit"),
    "subtree of an address": ("lenient", "nameConstraints: ip name: 5 bytes in place of 8 or 32"),
    "criticality FALSE": ("lenient", "extensions: the default FALSE is written out for 1.2.3.4"),
    "criticality a number": ("lenient", "extensions: the criticality of 1.2.3.4 has the identifier 0x02 in place of 0x01"),
    "extension unknown and critical": ("cryptography", ""),
    "extension value no octets": ("lenient", "extensions: the value of 1.2.3.4 is not an octet string"),
    "extension in pieces": ("lenient", "a string in pieces (BER, not DER)"),
    "extensions not a list": ("lenient", "extensions: the list has the identifier 0x02 in place of 0x30"),
    "a field that does not belong there": ("lenient", "signed part: a field with the identifier 0xa4 that does not belong there"),
    "unique identifiers": ("cryptography", ""),
    "signature no bits": ("lenient", "signature: not a bit string"),
    "bytes after it": ("lenient", "3 bytes after the certificate"),
    "a fourth part": ("lenient", "more than the three parts of a certificate"),
    "indefinite length": ("lenient", "an indefinite length (BER, not DER)"),
    "needless length": ("lenient", "a length with needless bytes (BER, not DER)"),
    "cut off": ("hex", "not a certificate: cut off: 417 bytes announced, 196 there"),
    "cut off in the head": ("hex", "not a certificate: a length that cannot be"),
    "garbage": ("hex", "not a certificate: the certificate has the identifier 0x00 in place of 0x30"),
    "empty": ("hex", "empty"),
    "a web page": ("hex", "not a certificate: the certificate has the identifier 0x3c in place of 0x30"),
    "nested too deeply": ("hex", "not a certificate: nested too deeply"),
    "no fields": ("hex", "not a certificate: the signed part has too few fields"),
}


def test_there_is_an_expectation_for_each() -> None:
    assert set(EXPECTED) == set(ODD)
    assert len(ODD) >= 40


@pytest.mark.parametrize("name", EXPECTED)
def test_an_odd_certificate_is_a_value_that_names_its_fault(name: str) -> None:
    read = reading(ODD[name])
    assert (read.read_by, read.faults[0] if read.faults else "") == EXPECTED[name]


@pytest.mark.parametrize("name", ODD)
def test_a_strict_reader_decides_who_read_it(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            loaded = x509.load_der_x509_certificate(ODD[name])
            touched = [loaded.subject, loaded.issuer, loaded.extensions, loaded.public_key(), loaded.signature_hash_algorithm, loaded.not_valid_after_utc]
            strict = len(touched) == 6
        except Exception:
            strict = False
    read = reading(ODD[name])
    assert (read.read_by == "cryptography") is strict
    assert strict or read.faults


@pytest.mark.parametrize("name", ODD)
def test_one_bad_field_loses_only_itself(name: str) -> None:
    read = reading(ODD[name])
    if read.read_by == "hex":
        assert (read.subject, read.key, read.tbs) == (None, None, b"")
        return
    present = [read.serial, read.issuer, read.subject, read.not_before, read.not_after, read.key, read.signature or None, read.signature_oid]
    lost = 2 if name in ("one time only", "times as integers") else 1
    assert sum(1 for one in present if one is None) <= lost
    assert read.tbs


@pytest.mark.parametrize("name", ODD)
def test_everything_that_is_made_of_a_certificate_works(name: str) -> None:
    one = Certificate(der=ODD[name])
    assert title(one)
    assert len(fingerprint(one)) == 95
    assert pem(one).startswith("-----BEGIN CERTIFICATE-----\n")
    assert is_self_issued(one) is False
    assert hash(one.read) is not None


def test_values_are_kept_where_there_are_some() -> None:
    assert reading(ODD["serial negative"]).serial == -0x7FFF
    assert reading(ODD["serial with padding"]).serial == 5
    assert reading(ODD["version 4"]).version == 4
    assert reading(ODD["time without seconds"]).not_before == datetime(2025, 1, 1, tzinfo=UTC)
    assert reading(ODD["time with offset"]).not_before == datetime(2025, 1, 1, tzinfo=UTC)
    assert reading(ODD["time with fraction"]).not_before == datetime(2025, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert reading(ODD["time of the second 60"]).not_after == datetime(2035, 1, 1, 0, 0, 59, tzinfo=UTC)
    assert reading(ODD["address of 5 bytes"]).dns_names == ("good.example",)
    assert reading(ODD["name in UTF-8"]).dns_names == ("bücher.example", "good.example")
    assert reading(ODD["names twice"]).dns_names == ("a.example",)
    assert reading(ODD["name with NUL"]).dns_names == ("good.example\0.evil.example",)
    assert reading(ODD["extension in pieces"]).subject_key_id == b"ab"
    assert reading(ODD["constraints with another truth"]).is_ca is True
    garbage = reading(ODD["names garbage"])
    assert (garbage.has_san, garbage.dns_names, garbage.extended_key_usage) == (True, (), ("serverAuth",))


def test_the_common_name_is_read_in_every_string_type() -> None:
    found = {name: [value for label, value in subject.attributes if label == "CN"] for name in ODD if (subject := reading(ODD[name]).subject)}
    assert found["common name BMP"] == ["Zoë GmbH"]
    assert found["common name universal"] == found["common name T61 with umlaut"] == ["Zoë"]
    assert found["common name no UTF-8"] == ["caf\ufffd"]
    assert found["common name an integer"] == ["#020105"]
    assert found["common name with NUL"] == ["good.example\0.evil.example"]


@pytest.mark.parametrize("name", [name for name in ODD if reading(ODD[name]).read_by == "lenient"])
def test_the_other_encoding_of_the_same_content_says_the_same(name: str) -> None:
    """Indefinite outer length (BER) around the very same parts."""
    der = ODD[name]
    if der[:2] != b"\x30\x82" or len(der) != 4 + int.from_bytes(der[2:4], "big"):
        assert name in ("bytes after it", "indefinite length", "needless length")
        return
    again, read = reading(b"\x30\x80" + der[4:] + b"\0\0"), reading(der)
    assert (again.subject, again.dns_names, again.extensions, again.key) == (read.subject, read.dns_names, read.extensions, read.key)
    assert again.tbs == read.tbs
