"""The examination of a client certificate before anything is sent: dates, usage, strength, the chain above it, and the issuers that a server names."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from probe.case.identity import Flaw, Listing, climb, examine, listing, sendable, signs
from probe.facts.identity import Identity
from probe.lab.client_shop import FOR_CLIENTS
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits

NOW = datetime.now(UTC)
ROOT = authority("Examined Root CA")
MIDDLE = ROOT.intermediate("Examined Issuing CA")
LOWER = MIDDLE.intermediate("Examined Lower CA")
OTHER = authority("Other Root CA")


def identity(*chain: Issued, fits: bool | None = True) -> Identity:
    return Identity(source="client.pem", certificates=tuple(one.certificate for one in chain), keys=1, key="EC P-256", fits=fits)


def client(traits: Traits = FOR_CLIENTS, issuer: Issued = ROOT) -> Issued:
    return issuer.issue(traits=traits)


def named(*authorities: Issued) -> tuple[bytes, ...]:
    return tuple(one.x509.subject.public_bytes() for one in authorities)


def flaws(one: Identity, at: datetime = NOW) -> list[tuple[Flaw, bool]]:
    return [(found.flaw, found.firm) for found in examine(one, at)]


GOOD = {
    "for clients": FOR_CLIENTS,
    "for both": replace(FOR_CLIENTS, extended_key_usage=("server", "client")),
    "for everything": replace(FOR_CLIENTS, extended_key_usage=()),
    "without key usage": replace(FOR_CLIENTS, key_usage=()),
    "for key agreement": replace(FOR_CLIENTS, key_usage=("key_agreement",)),
    "of version 1": replace(FOR_CLIENTS, version=1),
    "P-384": replace(FOR_CLIENTS, key="ec-p384"),
    "Ed25519": replace(FOR_CLIENTS, key="ed25519"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_nothing_stands_against_a_good_one(kind: str) -> None:
    one = identity(client(GOOD[kind]))
    assert flaws(one) == [] and sendable(one, NOW, False)


BAD = {
    "expired": (replace(FOR_CLIENTS, starts=-90, ends=-3), Flaw.EXPIRED, True),
    "not yet valid": (replace(FOR_CLIENTS, starts=3, ends=90), Flaw.NOT_YET_VALID, True),
    "for servers": (replace(FOR_CLIENTS, extended_key_usage=("server",)), Flaw.EKU, True),
    "for anything": (replace(FOR_CLIENTS, extended_key_usage=("any",)), Flaw.EKU, False),
    "only deciphers": (replace(FOR_CLIENTS, key_usage=("key_encipherment",)), Flaw.EKU, True),
    "short key": (replace(FOR_CLIENTS, key="rsa-1024", slot="examined"), Flaw.WEAK, False),
    "SHA-1": (replace(FOR_CLIENTS, hash="sha1"), Flaw.WEAK, False),
}


@pytest.mark.parametrize("kind", BAD)
def test_each_flaw_is_found_alone(kind: str) -> None:
    traits, flaw, firm = BAD[kind]
    one = identity(client(traits))
    assert flaws(one) == [(flaw, firm)]
    assert sendable(one, NOW, False) is (flaw not in (Flaw.EXPIRED, Flaw.NOT_YET_VALID))
    assert sendable(one, NOW, True)


def test_all_flaws_are_kept() -> None:
    worst = replace(FOR_CLIENTS, starts=-90, ends=-3, extended_key_usage=("server",), key="rsa-1024", slot="examined", hash="sha1")
    found = examine(identity(client(worst), fits=False), NOW)
    assert [one.flaw for one in found] == [Flaw.MISFIT, Flaw.EXPIRED, Flaw.EKU, Flaw.WEAK, Flaw.WEAK]
    assert all("client.partner.example" in one.fact for one in found[1:])


def test_the_second_of_the_end_still_counts() -> None:
    one = client()
    end = one.certificate.read.not_after
    assert end is not None
    assert flaws(identity(one), end) == [] and flaws(identity(one), end + timedelta(seconds=1)) == [(Flaw.EXPIRED, True)]


def test_what_is_sent_with_it_is_examined_too_but_not_what_does_not_belong() -> None:
    over = ROOT.intermediate("Expired Issuing CA", replace(MIDDLE.traits, starts=-90, ends=-1))
    own = client(issuer=over)
    assert [(one.flaw, one.about) for one in examine(identity(own, over), NOW)] == [(Flaw.EXPIRED, over.certificate)]
    assert flaws(identity(own)) == [] and flaws(identity(client(), over)) == []


def test_without_a_key_that_fits_nothing_is_sent() -> None:
    for fits in (False, None):
        assert not sendable(identity(client(), fits=fits), NOW, True)
    assert not sendable(Identity(source="x"), NOW, True) and examine(Identity(source="x"), NOW) == ()


def test_the_climb_divides_what_is_sent_from_what_is_known() -> None:
    own = client(issuer=LOWER)
    alone = climb(identity(own), ())
    assert (len(alone.sent), alone.beyond, alone.complete, alone.top) == (1, (), False, own.certificate)
    known = (ROOT.certificate, MIDDLE.certificate, LOWER.certificate, OTHER.certificate)
    with_known = climb(identity(own), known)
    assert with_known.beyond == (LOWER.certificate, MIDDLE.certificate, ROOT.certificate) and with_known.top == ROOT.certificate
    part = climb(identity(own, MIDDLE, LOWER), known)
    assert part.sent == (own.certificate, LOWER.certificate, MIDDLE.certificate) and part.beyond == (ROOT.certificate,)
    whole = climb(identity(own, LOWER, MIDDLE, ROOT), known)
    assert whole.complete and whole.beyond == ()


def test_a_namesake_with_another_key_is_no_issuer() -> None:
    assert climb(identity(client()), (authority("Examined Root CA").certificate,)).beyond == ()


def test_how_the_named_issuers_fit() -> None:
    own = client(issuer=LOWER)
    known = (ROOT.certificate, MIDDLE.certificate, LOWER.certificate)
    alone, whole = climb(identity(own), known), climb(identity(own, LOWER, MIDDLE), known)
    assert listing(alone, ()) is Listing.UNNAMED and listing(alone, (b"\xff",)) is Listing.UNNAMED
    assert listing(alone, named(LOWER)) is Listing.DIRECT and listing(alone, named(OTHER, ROOT)) is Listing.BEYOND
    assert listing(whole, named(ROOT)) is Listing.ABOVE and listing(whole, named(OTHER)) is Listing.NONE
    assert listing(climb(identity(own), ()), named(ROOT)) is Listing.NONE


def test_names_are_compared_as_names() -> None:
    spelled = authority("Examined  root ca", replace(ROOT.traits, common_name="EXAMINED  ROOT CA"))
    assert listing(climb(identity(client()), ()), named(spelled)) is Listing.DIRECT


SCHEMES = {"rsa": ("rsa_pss_rsae_sha256", "rsa_pkcs1_sha256"), "old": ("rsa_pkcs1_sha256",), "p256": ("ecdsa_secp256r1_sha256",), "ed": ("ed25519",)}


@pytest.mark.parametrize(
    ("kind", "accepted", "version", "can"),
    [
        ("rsa-2048", "rsa", "TLSv1.3", True),
        ("rsa-2048", "old", "TLSv1.3", False),
        ("rsa-2048", "old", "TLSv1.2", True),
        ("rsa-2048", "p256", "TLSv1.2", False),
        ("ec-p256", "p256", "TLSv1.3", True),
        ("ec-p384", "p256", "TLSv1.3", False),
        ("ec-p384", "p256", "TLSv1.2", True),
        ("ec-p256", "rsa", "TLSv1.2", False),
        ("ed25519", "ed", "TLSv1.3", True),
        ("ed25519", "p256", "TLSv1.3", False),
    ],
)
def test_whether_the_key_can_sign(kind: str, accepted: str, version: str, can: bool) -> None:
    own = client(replace(FOR_CLIENTS, key=kind, slot="examined-2048")).certificate
    assert signs(own, SCHEMES[accepted], version) is can
    assert signs(own, (), version) is None
