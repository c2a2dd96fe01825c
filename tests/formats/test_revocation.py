"""Reading OCSP answers and lists: everything is a value or a sentence, whatever the bytes are, and large lists are read in no time."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as library

from probe.facts.certificate import Certificate
from probe.formats import crl, ocsp
from probe.lab.status import Wish, answer, refusal, revocation_list
from tests.case.statuses import issuer, leaf
from tests.facts.test_mutations import mutated
from tests.odd import odd_certificates

MUTATIONS = 3_000


def test_an_answer_reads_as_the_library_reads_it() -> None:
    data = answer(leaf(), Wish(revoked=3, reason="keyCompromise", hash="sha256"))
    ours, theirs = ocsp.read(data), library.load_der_ocsp_response(data)
    assert not isinstance(ours, str)
    (single,) = ours.singles
    assert (ours.status, ours.tbs, ours.signature) == ("successful", theirs.tbs_response_bytes, theirs.signature)
    assert (ours.responder_key, ours.responder_name) == (theirs.responder_key_hash, b"")
    assert (single.serial, single.status, single.reason, single.algorithm) == (theirs.serial_number, "revoked", "keyCompromise", "SHA256")
    assert (single.this_update, single.next_update, single.revoked_at) == (theirs.this_update_utc, theirs.next_update_utc, theirs.revocation_time_utc)
    assert ocsp.identifier(leaf().certificate, issuer().certificate, "SHA256") == (theirs.issuer_name_hash, theirs.issuer_key_hash)


def test_a_request_asks_by_sha1_and_without_a_nonce() -> None:
    asked = library.load_der_ocsp_request(ocsp.request(leaf().certificate, issuer().certificate))
    assert asked.serial_number == leaf().x509.serial_number and isinstance(asked.hash_algorithm, hashes.SHA1)
    assert (asked.issuer_name_hash, asked.issuer_key_hash) == ocsp.identifier(leaf().certificate, issuer().certificate, "SHA1")
    assert len(asked.extensions) == 0


def test_the_same_question_has_the_same_bytes() -> None:
    assert ocsp.request(leaf().certificate, issuer().certificate) == ocsp.request(leaf().certificate, issuer().certificate)


@pytest.mark.parametrize(("name", "der"), odd_certificates(), ids=[name for name, _ in odd_certificates()])
def test_of_odd_certificates_is_asked_or_not(name: str, der: bytes) -> None:
    one = Certificate(der=der)
    assert ocsp.request(one, issuer().certificate)[:1] in (b"", b"\x30")
    assert ocsp.request(leaf().certificate, one)[:1] in (b"", b"\x30")


def test_a_refusal_is_read() -> None:
    read = ocsp.read(refusal())
    assert not isinstance(read, str) and read.status == "tryLater"


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x03\x0a\x01\x00", b"\x30\x03\x0a\x01\x04", b"x" * 200_000, b"<html>"])
def test_what_is_no_answer_is_a_sentence(data: bytes) -> None:
    assert isinstance(ocsp.read(data), str)


def test_mutated_answers_are_values_or_sentences() -> None:
    chance = random.Random(6960)
    seeds = [answer(leaf()), answer(leaf(), Wish(revoked=1, signer=issuer().issue("responder.example"))), refusal()]
    kinds = {type(ocsp.read(mutated(chance.choice(seeds), chance))) for _ in range(MUTATIONS)}
    assert kinds == {str, ocsp.OcspAnswer}


def test_mutated_lists_are_values_or_sentences() -> None:
    chance = random.Random(5280)
    seeds = [revocation_list(issuer()), revocation_list(issuer(), leaf(), wish=Wish(revoked=1, reason="superseded"))]
    serial = leaf().x509.serial_number
    kinds = {type(crl.read(mutated(chance.choice(seeds), chance), serial)) for _ in range(MUTATIONS)}
    assert kinds == {str, crl.Crl}


def test_a_list_in_pem_is_named() -> None:
    loaded = x509.load_der_x509_crl(revocation_list(issuer()))
    assert "PEM" in str(crl.read(loaded.public_bytes(Encoding.PEM), 1))


def test_a_list_that_is_too_large_is_not_read() -> None:
    assert "more than are read" in str(crl.read(b"\x30" * (crl.MAX_SIZE + 1), 1))


def test_a_large_list_is_read_in_no_time() -> None:
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer().x509.subject).last_update(now).next_update(now + timedelta(days=1))
    revoked = [x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now).build() for number in range(1, 20_001)]
    builder._revoked_certificates = revoked  # one by one the library copies its list each time
    data = builder.sign(issuer().key, hashes.SHA256()).public_bytes(Encoding.DER)
    began = time.monotonic()
    found = crl.read(data, 20_000)
    assert time.monotonic() - began < 1
    assert not isinstance(found, str) and found.entry is not None
