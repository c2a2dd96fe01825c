"""The checks along a path: each fault is found, at the right certificate, with its values; a good path has none."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509

from probe.case.build import build
from probe.case.checks import MIN_BITS, examine, examine_all
from probe.case.constraints import MAX_VIOLATIONS, violations
from probe.case.path import Objection, Path, Why
from probe.facts.certificate import Certificate
from probe.lab import surgery
from tests.peers.pki import NOW, UNKNOWN, Made, ca, leaf, name

ROOT = ca("Root")
INT = ca("Issuing", ROOT)
DAY = timedelta(days=1)


def path_of(*chain: Made, at: datetime = NOW) -> Path:
    """The path over a chain whose last certificate is the anchor."""
    found = build(tuple(one.certificate for one in chain[:-1]), (chain[-1].certificate,), ())
    assert len(found.paths) == 1
    return examine(found.paths[0], at)


def whys(path: Path) -> list[tuple[Why, int]]:
    return [(one.why, one.at) for one in path.objections]


def fact(path: Path) -> str:
    assert len(path.objections) == 1
    return " ".join(path.objections[0].facts)


def below(**knobs: Any) -> Path:
    """The knobs are the intermediate's."""
    middle = ca("Odd", ROOT, **knobs)
    return path_of(leaf(middle), middle, ROOT)


def end(**knobs: Any) -> Path:
    return path_of(leaf(INT, **knobs), INT, ROOT)


def test_a_good_path_has_nothing_against_it() -> None:
    assert whys(end()) == []


@pytest.mark.parametrize(
    ("knobs", "why", "says"),
    [
        pytest.param({"ends": -3 * DAY}, Why.EXPIRED, "3 days before", id="expired"),
        pytest.param({"starts": 3 * DAY}, Why.NOT_YET_VALID, "3 days after", id="not-yet-valid"),
        pytest.param({"purposes": ("client",)}, Why.EKU, "clientAuth, not serverAuth", id="eku"),
        pytest.param({"purposes": ("any",)}, Why.EKU, "anyExtendedKeyUsage is among them", id="eku-any"),
        pytest.param({"usage": ("key_agreement",)}, Why.KEY_USAGE, "allows keyAgreement", id="key-usage"),
        pytest.param({"critical": UNKNOWN}, Why.CRITICAL_EXTENSION, UNKNOWN, id="critical-extension"),
        pytest.param({"key": "rsa1024"}, Why.WEAK_KEY, "1024 bits", id="weak-key"),
        pytest.param({"key": "p192"}, Why.WEAK_KEY, "192 bits", id="weak-curve"),
        pytest.param({"hash": "sha1"}, Why.WEAK_SIGNATURE, "SHA-1", id="weak-signature"),
        pytest.param({"hash": "sha224"}, Why.WEAK_SIGNATURE, "SHA-224", id="sha-224"),
    ],
)
def test_faults_of_the_end_entity(knobs: dict[str, Any], why: Why, says: str) -> None:
    path = end(**knobs)
    assert whys(path) == [(why, 0)]
    assert says in fact(path)


@pytest.mark.parametrize(
    ("knobs", "why", "says"),
    [
        pytest.param({"ca": False}, Why.NOT_A_CA, "CA:FALSE", id="ca-false"),
        pytest.param({"ca": None}, Why.NOT_A_CA, "no basicConstraints", id="no-basic-constraints"),
        pytest.param({"version": 1}, Why.NOT_A_CA, "version 1", id="version-1"),
        pytest.param({"usage": ("digital_signature",)}, Why.NO_CERT_SIGN, "allows digitalSignature", id="no-certsign"),
        pytest.param({"purposes": ("client",)}, Why.EKU, "clientAuth", id="eku"),
        pytest.param({"critical": UNKNOWN}, Why.CRITICAL_EXTENSION, UNKNOWN, id="critical-extension"),
        pytest.param({"ends": -DAY}, Why.EXPIRED, "1 day before", id="expired"),
        pytest.param({"key": "rsa1024"}, Why.WEAK_KEY, "1024", id="weak-key"),
    ],
)
def test_faults_of_an_issuer(knobs: dict[str, Any], why: Why, says: str) -> None:
    path = below(**knobs)
    assert whys(path) == [(why, 1)]
    assert says in fact(path)


@pytest.mark.parametrize(("late", "expected"), [(-1, []), (0, [(Why.EXPIRED, 0)]), (1, [(Why.EXPIRED, 0)])])
def test_the_second_of_not_after_is_told(late: int, expected: list[tuple[Why, int]]) -> None:
    chain = leaf(INT, ends=DAY), INT, ROOT
    path = path_of(*chain, at=NOW + DAY + timedelta(seconds=late))
    assert whys(path) == expected
    assert ("in this very second" in str(path.objections)) is (late == 0)


@pytest.mark.parametrize(("early", "expected"), [(-1, [(Why.NOT_YET_VALID, 0)]), (0, [])])
def test_the_second_of_not_before(early: int, expected: list[tuple[Why, int]]) -> None:
    chain = leaf(INT, starts=DAY), INT, ROOT
    assert whys(path_of(*chain, at=NOW + DAY + timedelta(seconds=early))) == expected


def test_another_time_zone_is_the_same_time() -> None:
    chain = leaf(INT, ends=DAY), INT, ROOT
    zone = timezone(timedelta(hours=9))
    assert whys(path_of(*chain, at=(NOW + 2 * DAY).astimezone(zone))) == [(Why.EXPIRED, 0)]
    assert "UTC" in fact(path_of(*chain, at=(NOW + 2 * DAY).astimezone(zone)))


def test_the_anchor_is_looked_at_too() -> None:
    old = ca("Old Root", ends=-DAY, critical=UNKNOWN, purposes=("client",))
    assert whys(path_of(leaf(old), old)) == [(Why.EXPIRED, 1), (Why.CRITICAL_EXTENSION, 1), (Why.EKU, 1)]


def test_a_weak_signature_of_a_root_on_itself_protects_nothing() -> None:
    root = ca("Weak Root", key="rsa2048", hash="md5")
    assert whys(path_of(leaf(root), root)) == []


def ladder(length: int | None, *between: Made) -> Path:
    root = ca("Short Root", path_length=length)
    upper = ca("Upper", root)
    lower = ca("Lower", upper)
    return path_of(leaf(lower), lower, upper, *between, root)


@pytest.mark.parametrize(("length", "expected"), [(None, []), (2, []), (1, [(Why.PATH_LENGTH, 3)]), (0, [(Why.PATH_LENGTH, 3)])])
def test_the_path_length_counts_the_cas_below(length: int | None, expected: list[tuple[Why, int]]) -> None:
    assert whys(ladder(length)) == expected


def test_self_issued_cas_do_not_count_for_the_path_length() -> None:
    old = ca("Root", path_length=1)
    renewed = ca("Root", old)
    lower = ca("Lower", renewed)
    assert whys(path_of(leaf(lower), lower, renewed, old)) == []
    assert whys(path_of(leaf(deep := ca("Deep", lower)), deep, lower, renewed, old)) == [(Why.PATH_LENGTH, 4)]


def bound(san: tuple[str, ...], permitted: tuple[str, ...] = (), excluded: tuple[str, ...] = (), common: str = "Someone", **knobs: Any) -> Path:
    middle = ca("Bound", ROOT, permitted=permitted, excluded=excluded)
    return path_of(leaf(middle, common=common, san=san, **knobs), middle, ROOT)


@pytest.mark.parametrize(
    ("held", "base", "inside"),
    [
        ("dns:shop.example", "dns:shop.example", True),
        ("dns:a.b.shop.example", "dns:shop.example", True),
        ("dns:SHOP.Example", "dns:shop.EXAMPLE", True),
        ("dns:notshop.example", "dns:shop.example", False),
        ("dns:shop.example", "dns:a.shop.example", False),
        ("dns:a.shop.example", "dns:.shop.example", True),
        ("dns:shop.example", "dns:.shop.example", False),
        ("dns:*.shop.example", "dns:shop.example", True),
        ("ip:192.0.2.1", "ip:192.0.2.0/24", True),
        ("ip:192.0.3.1", "ip:192.0.2.0/24", False),
        ("ip:2001:db8::1", "ip:2001:db8::/32", True),
        ("ip:2001:db9::1", "ip:2001:db8::/32", False),
        ("ip:2001:db8::1", "ip:192.0.2.0/24", False),
        ("email:a@shop.example", "email:shop.example", True),
        ("email:a@b.shop.example", "email:shop.example", False),
        ("email:a@b.shop.example", "email:.shop.example", True),
        ("email:a@shop.example", "email:a@shop.example", True),
        ("email:b@shop.example", "email:a@shop.example", False),
        ("uri:https://shop.example/a", "uri:shop.example", True),
        ("uri:https://a.shop.example/a", "uri:shop.example", False),
        ("uri:https://a.shop.example/a", "uri:.shop.example", True),
        ("uri:https://user@shop.example:8443/a", "uri:shop.example", True),
        ("dn:Example GmbH", "dn:Example GmbH", True),
        ("dn:Example GmbH", "dn:EXAMPLE  gmbh", True),
        ("dn:Partner AG", "dn:Example GmbH", False),
    ],
)
def test_what_lies_in_a_subtree(held: str, base: str, inside: bool) -> None:
    subject = name("Someone", held.partition(":")[2] if held.startswith("dn:") else "Example GmbH")
    permitted = bound((held,), permitted=(base,), subject=subject)
    assert (Why.NAME_CONSTRAINTS in {one.why for one in permitted.objections}) is not inside
    excluded = bound((held,), excluded=(base,), subject=subject)
    assert (Why.NAME_CONSTRAINTS in {one.why for one in excluded.objections}) is inside


def test_a_constraint_of_one_kind_says_nothing_of_another() -> None:
    assert whys(bound(("dns:shop.example", "ip:192.0.2.1"), permitted=("dns:shop.example",))) == []


def test_a_violation_names_the_name_the_ca_and_the_rule() -> None:
    says = fact(bound(("dns:shop.example",), permitted=("dns:partner.example",)))
    assert '"shop.example"' in says
    assert '"Bound"' in says
    assert '"partner.example"' in says


def test_the_common_name_counts_as_a_host_name_where_there_is_no_other() -> None:
    assert whys(bound((), permitted=("dns:partner.example",), common="shop.example")) == [(Why.NAME_CONSTRAINTS, 0)]
    assert whys(bound((), permitted=("dns:partner.example",), common="Shop of Example")) == []
    assert whys(bound(("dns:partner.example",), permitted=("dns:partner.example",), common="shop.example")) == []


def test_an_email_in_the_subject_counts_where_the_san_has_none() -> None:
    subject = name("Someone", "Example GmbH", ("1.2.840.113549.1.9.1", "a@shop.example"))
    assert whys(bound(("dns:shop.example",), permitted=("email:partner.example",), subject=subject)) == [(Why.NAME_CONSTRAINTS, 0)]


def test_constraints_bind_the_cas_below_too_but_not_self_issued_ones() -> None:
    top = ca("Example CA", permitted=("dn:Partner AG",))
    middle = ca("Middle", top)
    assert [one.at for one in violations(tuple(one.certificate for one in (leaf(middle), middle, top)))] == [0, 1]
    renewed = ca("Example CA", top)
    assert [one.at for one in violations(tuple(one.certificate for one in (leaf(renewed), renewed, top)))] == [0]


def test_many_names_against_many_subtrees_on_many_paths_end_soon() -> None:
    names = tuple(f"dns:h{number}.shop.example" for number in range(800))
    subtrees = tuple(f"dns:p{number}.example" for number in range(800))
    cas = [ca(f"CA {number}") for number in range(8)]
    crossed = [
        ca(f"CA {number}", issuer, key=cas[number].key, permitted=subtrees[number:]) for number in range(8) for issuer in cas if issuer is not cas[number]
    ]
    end = leaf(cas[0], san=names)
    started = time.perf_counter()
    found = examine_all(build(tuple(one.certificate for one in (end, *crossed)), tuple(one.certificate for one in cas), ()), NOW)
    assert time.perf_counter() - started < 5
    assert len(found.paths) > 10
    assert len(violations((end.certificate, crossed[0].certificate))) <= MAX_VIOLATIONS


def test_odd_constraints_are_no_crash() -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.30"), bytes.fromhex("3011a00f300d87080a000000ff00ff000000"))
    middle = ca("Odd mask", ROOT, extra=((odd, True),))
    held = leaf(middle, san=("ip:10.1.0.1", "uri:http://[broken", "dns:shop.example"))
    assert isinstance(violations((held.certificate, middle.certificate)), tuple)
    gaps = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.30"), bytes.fromhex("300ea00c300a87080a000500ff00ff00"))
    masked = ca("Gaps", ROOT, extra=((gaps, True),))
    inside, outside = (violations((leaf(masked, san=(one,)).certificate, masked.certificate)) for one in ("ip:10.7.5.9", "ip:10.7.6.9"))
    assert (len(inside), len(outside)) == (0, 1)


def test_unreadable_dates_are_told() -> None:
    parts = surgery.children(surgery.children(leaf(INT).certificate.der)[0])
    parts[4] = surgery.tlv(surgery.SEQUENCE, surgery.tlv(0x17, b"yesterday"), surgery.children(parts[4])[1])
    odd = Certificate(der=surgery.signed(parts, INT.key, "sha256"))
    path = examine(build((odd, INT.certificate), (ROOT.certificate,), ()).paths[0], NOW)
    assert whys(path) == [(Why.UNREADABLE, 0)]
    assert "notBefore" in fact(path)


def test_all_faults_are_stated_each_once_leaf_first() -> None:
    middle = ca("Odd", ROOT, ca=False, usage=("digital_signature",), ends=-DAY)
    path = path_of(leaf(middle, ends=-DAY, purposes=("client",), damaged=True, critical=UNKNOWN), middle, ROOT)
    expected = [
        (Why.BAD_SIGNATURE, 0),
        (Why.EXPIRED, 0),
        (Why.CRITICAL_EXTENSION, 0),
        (Why.EKU, 0),
        (Why.EXPIRED, 1),
        (Why.NOT_A_CA, 1),
        (Why.NO_CERT_SIGN, 1),
    ]
    assert whys(path) == expected
    again = examine(path, NOW)
    assert again == path


def test_every_objection_has_a_fact_and_its_certificate() -> None:
    middle = ca("Odd", ROOT, ca=False, permitted=("dns:partner.example",))
    found: list[Objection] = list(path_of(leaf(middle, ends=-DAY), middle, ROOT).objections)
    path = path_of(leaf(middle, ends=-DAY), middle, ROOT)
    assert found
    assert all(one.facts and all(says.endswith(".") for says in one.facts) for one in found)
    assert all(one.about == path.links[one.at].certificate for one in path.objections)


def test_the_least_key_sizes_are_those_of_112_bits() -> None:
    assert MIN_BITS == {"RSA": 2048, "RSA-PSS": 2048, "DSA": 2048, "EC": 224}


def test_examining_all_keeps_every_path() -> None:
    found = build((leaf(INT).certificate, INT.certificate), (ROOT.certificate,), ())
    assert len(examine_all(found, datetime(2031, 1, 1, tzinfo=UTC)).paths) == len(found.paths)
