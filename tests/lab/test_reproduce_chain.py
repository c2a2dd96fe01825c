"""Copied certificates: what stays, what moves, who signs, and that nothing hostile stops the copying."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probe.case.signature import Signed, signed_by
from probe.facts.certificate import Certificate
from probe.lab.pki import AUTHORITY, authority
from probe.lab.reproduce_chain import Copies
from probe.lab.reproduce_urls import local_urls
from probe.lab.traits import Traits
from tests.facts.test_mutations import mutated
from tests.odd import odd_certificates
from tests.peers import pki

YEAR = timedelta(days=365)
URL = "http://ca.shop.example/issuing.der"
KINDS = ("p256", "p384", "p224", "ed25519", "ed448", "dsa2048", "rsa1024", "rsa2048", "rsa512")


def copies(*known: Certificate, shift: timedelta = YEAR) -> Copies:
    return Copies(known, shift, local_urls(known, "http://127.0.0.1:1"))


def test_names_serials_and_extensions_stay_and_keys_are_new() -> None:
    root = authority("Root", replace(AUTHORITY, permitted=("dns:shop.example",), path_length=3))
    leaf = root.issue("shop.example", "*.shop.example", "192.0.2.1", traits=Traits(critical_oid="2.25.20261121", printable=True))
    made = copies(leaf.certificate, root.certificate)
    for one in (leaf, root):
        copy = made.copy(one.certificate)
        before, after = one.certificate.read, copy.certificate.read
        assert before.subject and after.subject and before.issuer and after.issuer and before.key and after.key and copy.key
        assert (after.subject.der, after.issuer.der, after.serial) == (before.subject.der, before.issuer.der, before.serial)
        assert after.extensions == before.extensions
        assert after.key.spki != before.key.spki
        assert (after.key.kind, after.key.bits, after.key.curve) == (before.key.kind, before.key.bits, before.key.curve)
        assert copy.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == after.key.spki
    assert signed_by(made.certificate(leaf.certificate), made.certificate(root.certificate)) is Signed.GOOD
    assert signed_by(made.certificate(leaf.certificate), root.certificate) is not Signed.GOOD
    assert not made.losses


@pytest.mark.parametrize("days", [-20000, -365, 0, 365, 20000])
def test_dates_move_together_and_keep_a_form_that_is_right_for_the_year(days: int) -> None:
    root = authority("Root", replace(AUTHORITY, starts=-1000, ends=9000))
    after = copies(root.certificate, shift=timedelta(days=days)).certificate(root.certificate).read
    before = root.certificate.read
    assert before.not_before and before.not_after and after.not_before and after.not_after
    assert after.not_before - before.not_before == after.not_after - before.not_after == timedelta(days=days)
    assert not after.faults


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_is_made_again_and_signs(kind: str) -> None:
    issuer = pki.ca("Issuer", key=kind)
    child = pki.leaf(issuer)
    made = copies(child.certificate, issuer.certificate)
    above, below = made.certificate(issuer.certificate), made.certificate(child.certificate)
    assert above.read.key and issuer.certificate.read.key
    assert (above.read.key.kind, above.read.key.bits) == (issuer.certificate.read.key.kind, issuer.certificate.read.key.bits)
    assert signed_by(below, above) is signed_by(above, above) is Signed.GOOD
    assert below.read.signature_oid == child.certificate.read.signature_oid


@pytest.mark.parametrize("traits", [Traits(damage="content"), Traits(damage="signature")])
@pytest.mark.parametrize("key", ["ec-p256", "rsa-2048"])
def test_a_wrong_signature_is_wrong_in_the_same_way(traits: Traits, key: str) -> None:
    root = authority("Root", replace(AUTHORITY, key=key))
    leaf = root.issue("shop.example", traits=traits)
    made = copies(leaf.certificate, root.certificate)
    before = signed_by(leaf.certificate, root.certificate)
    assert signed_by(made.certificate(leaf.certificate), made.certificate(root.certificate)) is before
    assert before in (Signed.BAD, Signed.BAD_CONTENT, Signed.BAD_KEY)


def test_one_key_stays_one_key_and_an_issuer_never_seen_signs_all_that_was_its_own() -> None:
    absent, other = authority("Absent Root"), authority("Other Root")
    first, second = absent.intermediate("First"), absent.intermediate("Second")
    cross = other.cross_sign(first)
    made = copies(first.certificate, second.certificate, cross.certificate)
    one, two, crossed = (made.certificate(each.certificate) for each in (first, second, cross))
    assert one.read.key and crossed.read.key and two.read.key
    assert one.read.key.spki == crossed.read.key.spki != two.read.key.spki
    assert all(signed_by(each, by) is not Signed.GOOD for each in (one, two) for by in (one, two, crossed))


def test_urls_lead_to_this_machine() -> None:
    leaf = authority("Root").issue("shop.example", traits=Traits(ca_issuers=(URL, URL.replace("issuing", "other"))))
    after = copies(leaf.certificate).certificate(leaf.certificate)
    assert [url.rpartition("/")[0].rpartition("/")[0] for url in after.read.ca_issuers] == ["http://127.0.0.1:1"] * 2
    assert URL.encode() not in after.der
    assert not after.read.faults


@pytest.mark.parametrize("start", range(0, 91, 13))
def test_odd_certificates_are_copied_as_far_as_they_can_be_read(start: int) -> None:
    root = authority("Root")
    for name, der in odd_certificates()[start : start + 13]:
        one = Certificate(der=der)
        made = copies(one, root.certificate)
        after = made.certificate(one)
        before = one.read
        assert (after.read.subject and after.read.subject.der) == (before.subject and before.subject.der), name
        assert (after.read.serial, after.read.extensions) == (before.serial, before.extensions), name
        assert after.der != der or made.losses, name


def test_mutated_certificates_never_stop_the_copying() -> None:
    chance = random.Random(2119)
    seeds = [der for _, der in odd_certificates() if 0 < len(der) < 2000]
    for _ in range(400):
        one = Certificate(der=mutated(chance.choice(seeds), chance))
        assert copies(one).certificate(one).der is not None
