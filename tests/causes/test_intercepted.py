"""An issuer that nobody knows, beside the known one that another address or another try shows: a box is possible, and never the cause by that alone."""

from dataclasses import replace

import pytest

from probe.causes.words import Certainty, Effect, Finding, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.lab.dns_server import Record, Zone
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.public import PUBLIC_LEAF, public_hierarchy
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy, open_shop
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Credentials, Serving
from probe.lab.traits import Traits
from tests.test_scenarios import assert_replayable

CODE = "chain.intercepted"
ADDRESSES = (LOOPBACK, "127.0.0.2")
UNMARKED, MARKED = authority("Office Gateway CA"), authority("FortiGate CA", replace(AUTHORITY, organization="Fortinet"))


def two(shown: tuple[Credentials, Credentials], trusted: Issued, public: Issued | None = None) -> Diagnosis:
    """Two addresses behind one name."""
    with Stage() as stage:
        port = stage.tls_at(tuple((address, Serving(credentials=(one,))) for address, one in zip(ADDRESSES, shown, strict=True)))
        zone = Zone(records=tuple(Record(name=HOST, type="A", value=address) for address in ADDRESSES))
        listed = ("--public", stage.trust_file(public, name="public.pem")) if public else ()
        seen = observed((f"https://{HOST}:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(trusted), *listed))
    found = diagnose(seen)
    assert not found.defects
    assert_replayable(seen, found)
    return found


def turns(*shown: Credentials, trusted: Issued) -> tuple[Diagnosis, bool]:
    """Machines behind one address that take turns, and whether the first try met the first of them: the tries run at the same time."""
    with Stage() as stage:
        seen = observed(open_shop(stage, Serving(credentials=shown[:1], turns=shown), trusted, options=("--repeat", "4")).arguments)
    found = diagnose(seen)
    assert not found.defects
    assert_replayable(seen, found)
    return found, found.case.presented[0].der == shown[0].chain[0]


def of(found: Diagnosis) -> Finding | None:
    return next((one for one in (*found.findings, *found.explained) if one.code == CODE), None)


def from_box(box: Issued, *names: str) -> Credentials:
    return credentials(box.issue(*(names or (HOST,))), box)


@pytest.fixture(scope="module")
def made() -> Hierarchy:
    return hierarchy()


@pytest.mark.parametrize("box_first", [True, False])
def test_another_issuer_at_another_address_is_a_candidate_and_not_the_cause(box_first: bool, made: Hierarchy) -> None:
    shown = (made.whole, from_box(UNMARKED))
    found = two(shown[::-1] if box_first else shown, made.root)
    one = of(found)
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code == "endpoint.inconsistent"
    assert one and (one.effect, one.certainty) == (Effect.RISKS, Certainty.POSSIBLE)
    assert CODE in dict(found.candidates)
    assert one.values == (("root", "CN=Office Gateway CA"),)
    assert len(one.evidence) == 2 and "Lab Issuing CA" in one.evidence[1].says and ADDRESSES[0 if not box_first else 1] in one.evidence[1].says
    assert [each.remedy.action for each in found.prescribed if each.finding is one] == ["exempt-from-inspection"]


@pytest.mark.parametrize("trusted", [True, False])
def test_a_public_issuer_elsewhere_counts_though_it_is_not_trusted(trusted: bool) -> None:
    public = public_hierarchy()
    found = two((from_box(UNMARKED), public.whole), public.root if trusted else authority("Another Root CA"), public.root)
    one = of(found)
    assert found.cause and found.cause.code == ("endpoint.inconsistent" if trusted else "trust.store-not-used")
    assert one and one.certainty is Certainty.POSSIBLE and "public authority" in one.evidence[1].says


def test_a_public_issuer_that_is_not_trusted_is_no_box_beside_a_private_one(made: Hierarchy) -> None:
    public = authority("Public Root CA")
    issuing = public.intermediate("Public Issuing CA")
    shown = (made.whole, credentials(issuing.issue(HOST, traits=PUBLIC_LEAF), issuing))
    found = two(shown, made.root, public)
    assert of(found) is None and found.verdict is Verdict.FAILS
    assert of(two(shown, made.root)), "without the list nobody knows it"


def test_the_name_of_a_product_makes_it_likely_and_the_difference_is_evidence(made: Hierarchy) -> None:
    one = of(two((from_box(MARKED), made.whole), made.root))
    assert one and (one.effect, one.certainty) == (Effect.BREAKS, Certainty.LIKELY)
    assert "Lab Issuing CA" in one.evidence[-1].says


@pytest.mark.parametrize(("box", "certainty"), [(UNMARKED, Certainty.POSSIBLE), (MARKED, Certainty.LIKELY)])
def test_another_issuer_in_another_try_is_seen(box: Issued, certainty: Certainty, made: Hierarchy) -> None:
    found, genuine_first = turns(made.whole, from_box(box), trusted=made.root)
    one = of(found)
    assert found.cause and found.cause.code == "endpoint.inconsistent"
    assert one and one.certainty is certainty
    assert one.effect is (Effect.RISKS if genuine_first or box is UNMARKED else Effect.BREAKS)
    assert sum("one of the tries" in each.says for each in one.evidence) == (2 if one.effect is Effect.RISKS else 1)


def test_what_is_no_sign_of_a_box_is_not_said(made: Hierarchy) -> None:
    expired = credentials(made.intermediate.issue(HOST, traits=Traits(starts=-91, ends=-1)), made.intermediate)
    for other in (expired, credentials(made.leaf), from_box(UNMARKED, "other.example")):
        found = two((made.whole, other), made.root)
        assert of(found) is None and found.verdict is Verdict.FAILS


def test_a_public_issuer_whose_certificate_was_fetched_is_no_box(made: Hierarchy) -> None:
    public = authority("Public Root CA")
    issuing = public.intermediate("Public Issuing CA")
    with Stage() as stage:
        documents = stage.http()
        url = documents.put("/issuer.cer", issuing.der)
        leaf = issuing.issue(HOST, traits=replace(PUBLIC_LEAF, ca_issuers=(url,)))
        port = stage.tls_at(tuple((address, Serving(credentials=(one,))) for address, one in zip(ADDRESSES, (made.whole, credentials(leaf)), strict=True)))
        zone = Zone(records=tuple(Record(name=HOST, type="A", value=address) for address in ADDRESSES))
        arguments = (f"https://{HOST}:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(made.root))
        found = diagnose(observed((*arguments, "--public", stage.trust_file(public, name="public.pem"), "--fetch-private")))
    assert of(found) is None and found.verdict is Verdict.FAILS


def test_two_accepted_issuers_are_healthy() -> None:
    one = hierarchy()
    other = one.root.intermediate("Lab Second Issuing CA")
    found = two((one.whole, credentials(other.issue(HOST, traits=PUBLIC_LEAF), other)), one.root)
    assert found.verdict is Verdict.WORKS and of(found) is None


def test_two_unknown_issuers_say_nothing_of_a_box() -> None:
    found = two((from_box(UNMARKED), hierarchy().whole), authority("Another Root CA"))
    assert of(found) is None and found.verdict is Verdict.FAILS
