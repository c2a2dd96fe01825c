"""What an answer or a list proves about a certificate, and above all what it does not prove."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from probe.case.status import Moments, Status, Word, by_crl, by_ocsp
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.status import Wish, answer, refusal, revocation_list
from probe.lab.traits import Traits
from tests.case.statuses import MOMENTS, NOW, issuer, leaf, root

OCSP = Traits(common_name="Responder", extended_key_usage=("ocsp",))


def told(data: bytes, moments: Moments = MOMENTS, of: Issued | None = None) -> Word:
    one = of or leaf()
    assert one.issuer
    return by_ocsp(data, one.certificate, one.issuer.certificate, moments)


def listed(data: bytes, moments: Moments = MOMENTS, of: Issued | None = None) -> Word:
    one = of or leaf()
    assert one.issuer
    return by_crl(data, one.certificate, one.issuer.certificate, moments)


@pytest.mark.parametrize("key", ["ec-p256", "ec-p384", "ed25519", "rsa-2048"])
@pytest.mark.parametrize("hash", ["sha1", "sha256", "sha384"])
@pytest.mark.parametrize("by_name", [False, True])
def test_a_good_answer_counts(key: str, hash: str, by_name: bool) -> None:
    assert told(answer(leaf(key), Wish(hash=hash, by_name=by_name)), of=leaf(key)).status is Status.GOOD


@pytest.mark.parametrize("key", ["ec-p256", "ec-p384", "ed25519", "rsa-2048"])
def test_a_good_list_counts(key: str) -> None:
    other = issuer(key).issue("other.example")
    assert listed(revocation_list(issuer(key), other), of=leaf(key)).status is Status.GOOD
    assert listed(revocation_list(issuer(key), other, leaf(key)), of=leaf(key)).status is Status.REVOKED


def test_revoked_says_when_and_why() -> None:
    for word in (
        told(answer(leaf(), Wish(revoked=48, reason="superseded"))),
        listed(revocation_list(issuer(), leaf(), wish=Wish(revoked=48, reason="superseded"))),
    ):
        assert (word.status, word.reason) == (Status.REVOKED, "superseded")
        assert word.revoked_at and abs(word.revoked_at - (datetime.now(UTC) - timedelta(hours=48))) < timedelta(minutes=1)
        assert "superseded" in word.text


def test_a_delegate_of_the_issuer_counts() -> None:
    responder = issuer().issue(traits=OCSP)
    assert told(answer(leaf(), Wish(signer=responder))).status is Status.GOOD
    assert told(answer(leaf(), Wish(signer=responder, by_name=True, revoked=1))).status is Status.REVOKED


FOREIGN = authority("Foreign CA")
DELEGATES = {
    "without-the-purpose": issuer().issue("responder.example"),
    "of-another-issuer": FOREIGN.issue(traits=OCSP),
    "of-the-issuers-issuer": root().issue(traits=OCSP),
    "expired": issuer().issue(traits=replace(OCSP, starts=-9, ends=-1)),
    "of-an-issuer-of-the-same-name": authority(issuer().traits.common_name or "").issue(traits=OCSP),
}


@pytest.mark.parametrize("name", DELEGATES)
def test_nobody_else_may_answer(name: str) -> None:
    for by_name in (False, True):
        assert told(answer(leaf(), Wish(signer=DELEGATES[name], by_name=by_name))).status is Status.UNREACHABLE


def test_an_answer_of_somebody_who_calls_himself_the_issuer_does_not_count() -> None:
    double = authority(issuer().traits.common_name or "")
    word = told(answer(leaf(), Wish(signer=double, by_name=True)))
    assert (word.status, word.network) == (Status.UNREACHABLE, False)


def test_an_altered_answer_does_not_count() -> None:
    good, bad = answer(leaf()), answer(leaf(), Wish(revoked=1))
    for data in (good, bad):
        for place in range(0, len(data), 7):
            broken = data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
            word = told(broken)
            assert word.status in (Status.UNREACHABLE, Status.NOT_ASKED) or _same_bytes(data, broken), place


def _same_bytes(data: bytes, broken: bytes) -> bool:
    """Outside of what is signed a bit may change without harm: the tag of a NULL, a certificate that is not needed."""
    from probe.formats.ocsp import read

    one, other = read(data), read(broken)
    return not isinstance(one, str) and not isinstance(other, str) and one.tbs == other.tbs and one.signature == other.signature


@pytest.mark.parametrize(
    ("says", "status"),
    [
        (refusal(), Status.UNREACHABLE),
        (b"", Status.UNREACHABLE),
        (b"<html>", Status.UNREACHABLE),
        (b"\x30\x80" * 500, Status.UNREACHABLE),
        (answer(leaf(), Wish(unknown=True)), Status.UNKNOWN),
        (answer(issuer().issue("other.example")), Status.UNREACHABLE),
        (answer(issuer()), Status.UNREACHABLE),
        (answer(leaf(), Wish(starts=-25, ends=-1)), Status.UNREACHABLE),
        (answer(leaf(), Wish(starts=1, ends=24)), Status.UNREACHABLE),
        (answer(leaf(), Wish(starts=0.05, ends=24)), Status.GOOD),
        (answer(leaf(), Wish(starts=-900, ends=None)), Status.GOOD),
    ],
)
def test_what_else_a_responder_may_say(says: bytes, status: Status) -> None:
    word = told(says)
    assert word.status is status and word.text and not word.text.endswith(".")


def test_an_answer_says_nothing_of_another_moment_but_that_revoked_stays_revoked() -> None:
    later, earlier = Moments(judged=NOW + timedelta(days=9), seen=NOW), Moments(judged=NOW - timedelta(days=9), seen=NOW)
    for made in (told(answer(leaf()), later), told(answer(leaf()), earlier), listed(revocation_list(issuer()), later)):
        assert made.status is Status.NOT_ASKED
    assert told(answer(leaf(), Wish(revoked=2)), later).status is Status.REVOKED
    assert told(answer(leaf(), Wish(revoked=2)), earlier).status is Status.NOT_ASKED
    assert listed(revocation_list(issuer(), leaf(), wish=Wish(revoked=2)), later).status is Status.REVOKED
    held = Wish(revoked=2, reason="certificateHold")
    assert told(answer(leaf(), held)).status is Status.REVOKED
    assert told(answer(leaf(), held), later).status is Status.NOT_ASKED


def test_an_old_answer_counts_for_the_moment_at_which_it_was_fresh() -> None:
    then = Moments(judged=NOW - timedelta(hours=10), seen=NOW)
    assert told(answer(leaf(), Wish(starts=-25, ends=-1)), then).status is Status.GOOD


def scope(**given: object) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    usual = {"full_name": None, "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False, "only_some_reasons": None}
    usual |= {"indirect_crl": False, "only_contains_attribute_certs": False}
    return ((x509.IssuingDistributionPoint(**(usual | given)), True),)  # type: ignore[arg-type]  # the fields of the extension


def point(url: str) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return scope(full_name=[x509.UniformResourceIdentifier(url)])


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


@pytest.mark.parametrize(
    ("extensions", "status"),
    [
        (point("http://ca.example/a.crl"), Status.GOOD),
        (point("http://ca.example/b.crl"), Status.UNREACHABLE),
        (scope(only_contains_user_certs=True), Status.GOOD),
        (scope(only_contains_ca_certs=True), Status.UNREACHABLE),
        (scope(only_contains_attribute_certs=True), Status.UNREACHABLE),
        (scope(indirect_crl=True), Status.UNREACHABLE),
        (scope(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})), Status.UNREACHABLE),
        (((x509.DeltaCRLIndicator(1), True),), Status.UNREACHABLE),
        (((UNKNOWN, True),), Status.UNREACHABLE),
        (((UNKNOWN, False),), Status.GOOD),
    ],
)
def test_a_list_counts_only_for_what_it_is_meant_for(extensions: tuple[tuple[x509.ExtensionType, bool], ...], status: Status) -> None:
    assert listed(revocation_list(issuer(), extensions=extensions)).status is status


def test_a_list_of_users_says_nothing_of_an_authority() -> None:
    for extensions, status in ((scope(only_contains_user_certs=True), Status.UNREACHABLE), (scope(only_contains_ca_certs=True), Status.GOOD)):
        assert listed(revocation_list(root(), extensions=extensions), of=issuer()).status is status


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"\x30\x82\xff\xff",
        revocation_list(root()),
        revocation_list(issuer(), wish=Wish(signer=root())),
        revocation_list(authority(issuer().traits.common_name or "")),
        revocation_list(issuer(), wish=Wish(starts=-48, ends=-1)),
        revocation_list(issuer(), wish=Wish(starts=2)),
        revocation_list(issuer())[:-1],
        leaf().der,
        answer(leaf()),
    ],
)
def test_lists_that_do_not_count(data: bytes) -> None:
    word = listed(data)
    assert word.status is Status.UNREACHABLE and word.text


def test_an_issuer_without_the_usage_signs_no_list() -> None:
    above = root().intermediate("Issues Only", replace(AUTHORITY, key_usage=("key_cert_sign",)))
    below = above.issue("shop.example")
    assert listed(revocation_list(above), of=below).status is Status.UNREACHABLE
    assert told(answer(below), of=below).status is Status.GOOD


def test_a_certificate_taken_off_the_list_is_good() -> None:
    assert listed(revocation_list(issuer(), leaf(), wish=Wish(revoked=2, reason="removeFromCRL"))).status is Status.GOOD
