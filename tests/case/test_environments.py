"""Marks tell environments apart, and say nothing where both have them, where none fits, or where they are not verified."""

from dataclasses import replace

from probe.case.environments import markers, misplaced, of_host, of_identity, of_server, of_stores
from probe.facts.identity import Identity
from probe.facts.profile import Agreement, Endpoint, Environment, Marks, Value
from probe.facts.trust import TrustStore
from probe.lab.pki import authority
from probe.lab.platform import other_hierarchy
from probe.lab.shop import hierarchy

PROD, TEST = hierarchy("shop.example"), other_hierarchy()


def marks(name: str, issuer: str, client: str = "", **more: tuple[Value, ...]) -> Marks:
    return Marks(server_names=(Value(text=name),), issuer_regex=(Value(text=issuer),), client_issuer_regex=(Value(text=client),) if client else (), **more)


AGREED = Agreement(
    profile="x",
    environment="prod",
    endpoint=Endpoint(name="e", host="shop.example", port="443"),
    environments=(
        Environment(name="prod", marks=marks("shop.example", "^CN=Lab (Root|Issuing) CA$", "^CN=Lab Client CA$")),
        Environment(name="qa", marks=marks("test.shop.example", "^CN=Lab Test ", "^CN=Lab Test Client CA$")),
    ),
)


def test_a_server_belongs_to_one_environment() -> None:
    assert of_server(AGREED, (PROD.leaf.certificate, PROD.intermediate.certificate)) is None
    mixed = of_server(AGREED, (TEST.leaf.certificate, TEST.intermediate.certificate))
    assert mixed and mixed.met.name == "qa" and mixed.meant.name == "prod" and mixed.verified and not mixed.contradicted
    assert {one.kind for one in mixed.hits} == {"name", "issuer"}
    turned = replace(AGREED, environment="qa")
    assert of_server(turned, (TEST.leaf.certificate,)) is None
    assert (found := of_server(turned, (PROD.leaf.certificate,))) and found.met.name == "prod"


def test_marks_that_contradict_each_other_are_said_to() -> None:
    strange = TEST.intermediate.issue("shop.example").certificate
    mixed = of_server(AGREED, (strange, TEST.intermediate.certificate))
    assert mixed and mixed.contradicted and {one.kind for one in mixed.hits} == {"issuer"}


def test_a_certificate_for_both_says_nothing_by_its_names() -> None:
    both = PROD.intermediate.issue("shop.example", "test.shop.example").certificate
    assert of_server(AGREED, (both,)) is None


def test_what_fits_no_environment_says_nothing() -> None:
    other = authority("Other CA").issue("other.example").certificate
    assert of_server(AGREED, (other,)) is None and of_server(AGREED, ()) is None and of_host(AGREED, "other.example") is None
    assert of_server(None, (other,)) is None and of_host(replace(AGREED, environment=""), "test.shop.example") is None


def test_the_host_is_a_mark() -> None:
    assert (found := of_host(AGREED, "Test.Shop.Example")) and found.met.name == "qa"
    assert of_host(AGREED, "shop.example") is None


def test_a_trust_store_with_both_is_fine() -> None:
    def store(*held: object) -> TrustStore:
        return TrustStore(source="x", kind="pem", path="x", size=len(held), certificates=tuple(one.certificate for one in held))  # type: ignore[attr-defined]  # issued ones

    assert (found := of_stores(AGREED, (store(TEST.root),))) and found.met.name == "qa" and not found.contradicted
    assert of_stores(AGREED, (store(PROD.root),)) is None
    assert of_stores(AGREED, (store(PROD.root, TEST.root),)) is None
    assert markers(AGREED, (PROD.root.certificate, authority("Other CA").certificate)) == (PROD.root.certificate,)
    assert markers(None, (PROD.root.certificate,)) == ()


def test_an_identity_is_only_held_back_for_verified_marks() -> None:
    own = authority("Lab Test Client CA").issue("partner.example").certificate
    identity = Identity(source="x", certificates=(own,))
    assert misplaced(AGREED, identity) and not misplaced(AGREED, None) and not misplaced(None, identity)
    doubtful = replace(
        AGREED.environments[1], marks=replace(AGREED.environments[1].marks, client_issuer_regex=(Value(text="^CN=Lab Test Client CA$", verified=False),))
    )
    agreed = replace(AGREED, environments=(AGREED.environments[0], doubtful))
    assert not misplaced(agreed, identity)
    assert (found := of_identity(agreed, identity)) and not found.verified


def test_three_environments_that_fit_alike_say_nothing() -> None:
    third = replace(AGREED.environments[1], name="qa2")
    assert of_server(replace(AGREED, environments=(*AGREED.environments, third)), (TEST.leaf.certificate,)) is None
