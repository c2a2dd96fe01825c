"""What is learned of two environments is only what tells them apart, and what will still do so tomorrow."""

import tomllib

import pytest

from probe.facts.profile import Environment, Marks, Value
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits
from probe.profiles.learned import Seen, apart, learned, marks_document, whole_document
from probe.profiles.patterns import found
from probe.profiles.read import read, read_marks

ROOT = authority("Public Root CA")
FIRST, SECOND = ROOT.intermediate("Public Issuing CA 1"), ROOT.intermediate("Public Issuing CA 2")
PUBLIC = frozenset({"CN=Public Root CA"})


def seen(name: str, host: str, issuer: Issued, public: frozenset[str] = PUBLIC) -> Seen:
    chain = (issuer.issue(host).certificate, issuer.certificate)
    return Seen(environment=name, source=f"https://{host}", certificates=chain, when="2026-11-21", protocol="https", host=host, port=443, public=public)


def test_intermediates_of_public_authorities_are_no_marks() -> None:
    one, other = learned(seen("prod", "api.shop.example", FIRST), seen("qa", "test.shop.example", SECOND))
    assert [mark.text for mark in one.marks.server_names] == ["api.shop.example"]
    assert not one.marks.issuer_regex and not one.marks.anchor_sha256 and not other.marks.issuer_regex and apart((one, other))
    private, _ = learned(seen("prod", "a.example", FIRST, frozenset()), seen("qa", "b.example", SECOND, frozenset()))
    assert [mark.text for mark in private.marks.issuer_regex] == ["^CN=Public Issuing CA 1$"] and private.marks.anchor_sha256


def test_what_both_have_is_no_mark() -> None:
    one, other = learned(seen("prod", "shop.example", FIRST, frozenset()), seen("qa", "shop.example", FIRST, frozenset()))
    assert not apart((one, other)) and one.marks == Marks() == other.marks


@pytest.mark.parametrize("name", ["Shop (Test) [1] {x}.*+?|^$\\", 'quo"te\n\t\x01', "\U0001f600 \u00e4\u202e", "a" * 64, "\x7f"])
def test_any_name_of_an_authority_is_written_so_that_it_reads_back(name: str) -> None:
    strange = authority("Other CA").issue(traits=Traits(common_name=name, ca=True))
    one = Seen(environment="prod", source=f"fo'l\"der {name}", certificates=(strange.certificate,))
    other = Seen(environment="qa", source="x", certificates=(authority("Another CA").certificate,))
    environments = learned(one, other)
    for text in (whole_document("learned", (one, other), environments), marks_document("hubject-emp", environments)):
        tomllib.loads(text)
    assert read(whole_document("learned", (one, other), environments), "x").faults == ()
    assert read_marks(marks_document("x", environments), "x")[2] == ()
    subject = strange.certificate.read.subject
    assert subject and any(found(mark.text, subject.text) for mark in environments[0].marks.issuer_regex)
    assert not any(found(mark.text, subject.text + "x") for mark in environments[0].marks.issuer_regex)


def test_an_environment_without_marks_is_not_apart() -> None:
    assert not apart((Environment(name="a"), Environment(name="b", marks=Marks(server_names=(Value(text="x"),)))))
