"""The path builder: every path, every objection to a step, and never more work than its limits."""

import time
from datetime import timedelta

import pytest

from probe.case.build import MAX_PATHS, build, end_entity
from probe.case.checks import distance, examine_all
from probe.case.path import Objection, Origin, Path, Paths, Why
from probe.facts.certificate import Certificate, title
from tests.peers.pki import NOW, Made, ca, leaf, make

ROOT = ca("Root")
INT = ca("Issuing", ROOT)
END = leaf(INT)


def built(presented: list[Made], anchors: list[Made], fetched: list[Made] | None = None) -> Paths:
    urls = [(f"http://ca.example/{index}", one.certificate) for index, one in enumerate(fetched or [])]
    return build(tuple(one.certificate for one in presented), tuple(one.certificate for one in anchors), tuple(urls))


def only(paths: Paths) -> Path:
    assert len(paths.paths) == 1
    return paths.paths[0]


def titles(path: Path) -> list[str]:
    return [title(link.certificate) for link in path.links]


def whys(path: Path) -> list[tuple[Why, int]]:
    return [(one.why, one.at) for one in path.objections]


def test_a_whole_chain_has_one_path_and_nothing_against_it() -> None:
    path = only(built([END, INT], [ROOT]))
    assert titles(path) == ["shop.example", "Issuing", "Root"]
    assert [link.origin for link in path.links] == [Origin.PRESENTED, Origin.PRESENTED, Origin.STORE]
    assert [link.index for link in path.links] == [0, 1, None]
    assert [link.anchor for link in path.links] == [False, False, True]
    assert whys(path) == []


def test_a_presented_root_that_is_trusted_counts_as_presented_and_as_anchor() -> None:
    top = only(built([END, INT, ROOT], [ROOT])).links[-1]
    assert (top.origin, top.index, top.anchor) == (Origin.PRESENTED, 2, True)


def test_the_path_goes_on_beyond_an_intermediate_anchor() -> None:
    path = only(built([END, INT, ROOT], [INT]))
    assert [link.anchor for link in path.links] == [False, True, False]
    assert whys(path) == [(Why.NOT_TRUSTED, 2)]


@pytest.mark.parametrize(
    ("presented", "anchors", "expected"),
    [
        pytest.param([END], [ROOT], [(Why.ISSUER_UNKNOWN, 0)], id="nothing-of-that-name"),
        pytest.param([END, INT], [], [(Why.ISSUER_UNKNOWN, 1)], id="no-root"),
        pytest.param([END, INT, ROOT], [], [(Why.NOT_TRUSTED, 2)], id="root-not-trusted"),
        pytest.param([ROOT], [INT], [(Why.SELF_SIGNED, 0)], id="signed-itself"),
        pytest.param([ROOT], [ROOT], [], id="signed-itself-and-trusted"),
    ],
)
def test_how_a_path_ends(presented: list[Made], anchors: list[Made], expected: list[tuple[Why, int]]) -> None:
    assert whys(only(built(presented, anchors))) == expected


def test_what_was_fetched_is_told_with_its_url() -> None:
    path = only(built([END], [ROOT], [INT]))
    assert whys(path) == [(Why.NOT_PRESENTED, 1)]
    assert path.links[1].url == "http://ca.example/0"
    assert "http://ca.example/0" in path.objections[0].facts[0]


def test_the_issuer_that_is_unknown_is_named_with_its_key_and_url() -> None:
    facts = " ".join(only(built([END], [])).objections[0].facts)
    assert "CN=Issuing,O=Example GmbH" in facts
    assert (INT.certificate.read.subject_key_id or b"").hex(":") in facts


def objection(path: Path, why: Why) -> Objection:
    return next(one for one in path.objections if one.why is why)


def test_an_issuer_with_another_key_is_kept_and_shown() -> None:
    other = ca("Issuing", ROOT)
    path = only(built([END, other], [ROOT]))
    assert titles(path) == ["shop.example", "Issuing", "Root"]
    assert whys(path) == [(Why.ISSUER_REKEYED, 0)]
    facts = " ".join(path.objections[0].facts)
    assert f"{other.certificate.read.serial:x}" in facts
    assert "sent as number 2" in facts


def test_an_anchor_without_key_identifiers_that_does_not_fit_is_taken_for_rekeyed() -> None:
    old, new = ca("Plain", identifiers=False), ca("Plain", identifiers=False)
    path = only(built([leaf(old, identifiers=False)], [new]))
    assert whys(path) == [(Why.ISSUER_REKEYED, 0)]
    assert "in the trust store" in path.objections[0].facts[0]


def test_an_altered_certificate_is_told_from_a_new_key() -> None:
    assert whys(only(built([leaf(INT, damaged=True), INT], [ROOT]))) == [(Why.BAD_SIGNATURE, 0)]


def test_rsa_shows_which_of_key_and_content_is_wrong_even_without_key_identifiers() -> None:
    first, second = (ca("RSA", key="rsa2048", identifiers=False) for _ in range(2))
    renewed = ca("RSA", key=first.key, identifiers=False)
    assert whys(only(built([leaf(first, identifiers=False)], [renewed]))) == []
    assert second.key is first.key
    other = make("RSA", ca=True, identifiers=False, key="rsa1536")
    assert whys(only(built([leaf(first, identifiers=False)], [other]))) == [(Why.ISSUER_REKEYED, 0)]
    genuine = leaf(first, identifiers=False)
    body = genuine.certificate.der.replace(b"shop.example", b"shop.examplf")
    path = only(build((Certificate(der=body),), (first.certificate,), ()))
    assert whys(path) == [(Why.BAD_SIGNATURE, 0)]
    assert "content is not what was signed" in " ".join(path.objections[0].facts)


def test_the_candidate_whose_key_fits_is_taken_and_the_others_are_not() -> None:
    other = ca("Issuing", ROOT)
    path = only(built([END, other, INT], [ROOT]))
    assert path.links[1].index == 2
    assert whys(path) == []


def test_a_wrong_key_identifier_beside_a_good_signature_is_an_objection_of_its_own() -> None:
    path = only(built([leaf(INT, authority=b"\1" * 20), INT], [ROOT]))
    assert whys(path) == [(Why.KEY_ID, 0)]
    assert "01:01:01" in path.objections[0].facts[0]


def test_a_wrong_serial_number_of_the_issuer_too() -> None:
    assert whys(only(built([leaf(INT, authority=4711), INT], [ROOT]))) == [(Why.KEY_ID, 0)]


def test_cross_certificates_give_two_paths_and_the_anchored_one_is_nearer() -> None:
    old, new = ca("Old"), ca("New")
    cross = ca("New", old, key=new.key, ends=timedelta(days=-1))
    middle = ca("Middle", new)
    found = examine_all(built([leaf(middle), middle, cross], [new]), NOW)
    assert [titles(path) for path in found.paths] == [["shop.example", "Middle", "New"]] * 2
    assert found.paths[0].links[-1].anchor
    assert {one.why for one in found.paths[1].objections} == {Why.EXPIRED, Why.ISSUER_UNKNOWN}


def test_cas_that_signed_each_other_are_no_endless_path() -> None:
    a, b = ca("A"), ca("B")
    ab, ba = ca("A", b, key=a.key), ca("B", a, key=b.key)
    found = built([leaf(ab), ab, ba], [])
    assert found.paths
    assert all(len(path.links) <= 3 for path in found.paths)
    assert Why.ISSUER_UNKNOWN in {one.why for path in found.paths for one in path.objections}


def mesh(size: int) -> tuple[list[Made], Made]:
    """CAs that have all signed each other, and a root for the last."""
    cas = [ca(f"CA {number}") for number in range(size)]
    crossed = [ca(f"CA {number}", issuer, key=cas[number].key) for number in range(size) for issuer in cas if issuer is not cas[number]]
    root = ca("Top")
    return [leaf(cas[0]), *crossed, ca(f"CA {size - 1}", root, key=cas[-1].key)], root


def test_a_mesh_of_thirty_cross_signed_cas_takes_less_than_a_second() -> None:
    presented, root = mesh(30)
    started = time.process_time()
    found = examine_all(built(presented, [root]), NOW)
    assert time.process_time() - started < 1
    assert found.truncated
    assert 0 < len(found.paths) <= MAX_PATHS


def test_in_a_small_mesh_the_way_to_the_anchor_is_found_and_stands_first() -> None:
    presented, root = mesh(4)
    found = examine_all(built(presented, [root]), NOW)
    assert found.paths[0].links[-1].anchor
    assert whys(found.paths[0]) == []


def test_two_hundred_certificates_of_one_name_are_no_burden() -> None:
    many = [ca("Issuing", ROOT) for _ in range(200)]
    started = time.process_time()
    path = only(built([END, *many], [ROOT]))
    assert time.process_time() - started < 1
    assert "200 certificates of that name" in objection(path, Why.ISSUER_REKEYED).facts[-1]


def test_a_chain_deeper_than_the_limit_ends_with_a_word() -> None:
    rungs = [ca("Rung 0")]
    for number in range(1, 40):
        rungs.append(ca(f"Rung {number}", rungs[-1]))
    found = built([leaf(rungs[-1]), *reversed(rungs)], [rungs[0]])
    assert found.truncated
    assert only(found).objections[-1].why is Why.ISSUER_UNKNOWN


def test_what_cannot_be_read_does_not_stop_the_rest() -> None:
    rubbish = Certificate(der=b"<html>")
    found = build((END.certificate, rubbish, INT.certificate), (rubbish, ROOT.certificate), (("http://ca.example/", rubbish),))
    assert titles(only(found)) == ["shop.example", "Issuing", "Root"]
    first = only(build((rubbish, INT.certificate), (ROOT.certificate,), ()))
    assert whys(first) == [(Why.UNREADABLE, 0)]


def test_nothing_presented_is_no_path() -> None:
    assert build((), (ROOT.certificate,), ()) == Paths()


def test_the_same_facts_give_the_same_paths() -> None:
    presented, root = mesh(6)
    assert examine_all(built(presented, [root]), NOW) == examine_all(built(presented, [root]), NOW)


def test_the_nearest_path_is_the_anchored_one_with_the_least_against_it() -> None:
    old = ca("Issuing", ROOT, key=INT.key, ends=timedelta(days=-1))
    found = examine_all(built([END, old, INT], [ROOT]), NOW)
    assert [len(path.objections) for path in found.paths] == [0, 1]
    assert distance(found.paths[0]) < distance(found.paths[1])


@pytest.mark.parametrize(
    ("presented", "index"),
    [
        pytest.param([END, INT], 0, id="in-order"),
        pytest.param([INT, END], 1, id="reversed"),
        pytest.param([ROOT, INT, END], 2, id="root-first"),
        pytest.param([INT, leaf(INT, "other.example")], 1, id="no-name-fits"),
        pytest.param([leaf(INT, "other.example"), INT], 0, id="no-name-fits-in-order"),
        pytest.param([leaf(INT, "other.example"), INT, END], 2, id="the-name-decides"),
        pytest.param([INT, ROOT], 0, id="no-end-entity"),
        pytest.param([], 0, id="nothing"),
    ],
)
def test_which_is_the_servers_own_certificate(presented: list[Made], index: int) -> None:
    assert end_entity(tuple(one.certificate for one in presented), "shop.example") == index
