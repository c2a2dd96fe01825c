"""The model of client stacks: what its data can express, how its files are checked, and that nothing hostile breaks it."""

from dataclasses import fields, replace
from datetime import timedelta
from importlib.resources import files

import pytest

from probe.case.build import build
from probe.case.checks import examine_all
from probe.case.names import NameRules, compare
from probe.case.path import Origin, Paths, StackVerdict, Why
from probe.case.stacks import ask, ask_all
from probe.facts.certificate import Certificate
from probe.stacks import CONDITIONS, FORMS, WHYS, Anchors, Hello, Invalid, Limits, Revocation, Search, Stack, Words, load_all, read
from tests.odd import odd_certificates
from tests.peers.chance import by_chance
from tests.peers.pki import NOW, Made, ca, leaf
from tests.peers.prediction import predict, stack
from tests.peers.situations import Situation, situations

ROOT = ca("Root")
INT = ca("Issuing", ROOT)
END = leaf(INT)
HOST = "shop.example"


TABLES = (("search", Search), ("anchors", Anchors), ("limits", Limits), ("revocation", Revocation), ("hello", Hello))


def asked(one: Stack, presented: tuple[Certificate, ...], anchors: tuple[Certificate, ...], *fetched: Certificate, size: int | None = None) -> StackVerdict:
    urls = tuple((f"http://ca.example/{index}", certificate) for index, certificate in enumerate(fetched))
    paths = examine_all(build(presented, anchors, urls), NOW)
    name = compare(HOST, presented[0])
    return ask(one, presented=presented, anchors=anchors, fetched=urls, paths=paths, name=name, at=NOW, store_size=len(anchors) if size is None else size)


def certificates(*made: Made) -> tuple[Certificate, ...]:
    return tuple(one.certificate for one in made)


def situation(label: str) -> Situation:
    return next(one for one in situations() if one.name == label)


def document(name: str) -> str:
    return (files("probe.stacks") / name).read_text(encoding="utf-8")


def test_both_stacks_are_there_and_compared_with_the_real_programs() -> None:
    assert [one.name for one in load_all()] == ["java", "openssl"]
    assert all(one.verified and one.compared for one in load_all())


def test_the_words_of_the_data_are_those_of_the_case() -> None:
    assert set(WHYS) - {"name"} == set(Why)
    assert {one.replace("-", "_") for one in FORMS} == {one.name for one in fields(NameRules)}


@pytest.mark.parametrize("one", load_all(), ids=lambda one: one.name)
def test_every_field_has_a_citation(one: Stack) -> None:
    wanted = {f"{table}.{field.name}" for table, kind in TABLES for field in fields(kind)}
    wanted |= {"names", "client_certificate", "post_handshake"} | {f"stages.{index}" for index in range(len(one.stages))}
    assert {place for place, _ in one.citations} == wanted
    assert all(len(source) > 8 for _, source in one.citations)


@pytest.mark.parametrize("one", load_all(), ids=lambda one: one.name)
def test_every_objection_that_a_stack_looks_at_has_words(one: Stack) -> None:
    looked_at = {why for stage in one.stages for why in stage.whys}
    assert looked_at <= {why for words in one.words for why in words.whys}


@pytest.mark.parametrize("one", load_all(), ids=lambda one: one.name)
def test_every_condition_is_known_to_the_code(one: Stack) -> None:
    used = {condition for stage in one.stages for group in (stage.when, *stage.unless) for condition in group}
    used |= {condition for words in one.words for condition in words.when}
    assert used <= set(CONDITIONS)
    source = (files("probe.case") / "stops.py").read_text(encoding="utf-8")
    assert [condition for condition in CONDITIONS if f'"{condition}"' not in source] == []


def test_without_a_certificate_there_is_no_verdict() -> None:
    name = compare(HOST, END.certificate)
    for one in ask_all(load_all(), presented=(), anchors=(), fetched=(), paths=Paths(), name=name, at=NOW, store_size=0):
        assert (one.accepts, one.path, one.says) == (None, None, "")


def test_an_accepted_chain_has_its_path_and_no_words() -> None:
    verdict = asked(stack("openssl"), certificates(END, INT), certificates(ROOT))
    assert verdict.accepts
    assert verdict.path is not None
    assert [link.origin for link in verdict.path.links] == [Origin.PRESENTED, Origin.PRESENTED, Origin.STORE]
    assert (verdict.says, verdict.objections, verdict.note) == ("", (), "")


def test_all_that_stops_a_stack_is_told_not_only_the_first() -> None:
    old = ca("Late", ROOT, ca=False, ends=timedelta(days=-1))
    end = leaf(old, purposes=("client",), ends=timedelta(days=-1), san=("dns:other.example",))
    said = asked(stack("openssl"), certificates(end, old), certificates(ROOT))
    assert [one.why for one in said.objections] == [Why.EKU, Why.NOT_A_CA, Why.EXPIRED, Why.EXPIRED]
    assert [one.at for one in said.objections] == [0, 1, 1, 0]
    assert said.name_refused
    other = asked(stack("java"), certificates(end, old), certificates(ROOT))
    assert [one.why for one in other.objections] == [Why.NOT_A_CA, Why.EXPIRED, Why.EXPIRED, Why.EKU]
    assert other.name_refused
    assert "not a CA certificate" in other.says


def test_what_a_stack_overlooks_is_told_apart() -> None:
    root = ca("Old Root", ends=timedelta(days=-1))
    middle = ca("Under", root)
    java, openssl = (asked(stack(name), certificates(leaf(middle), middle), certificates(root)) for name in ("java", "openssl"))
    assert java.accepts
    assert [one.why for one in java.tolerated] == [Why.EXPIRED]
    assert not openssl.accepts
    assert [one.why for one in openssl.objections] == [Why.EXPIRED]
    assert openssl.tolerated == ()


def test_a_fetched_issuer_does_not_help_and_shows_what_would_come_next() -> None:
    end = leaf(INT, ends=timedelta(days=-1))
    for name in ("openssl", "java"):
        said = asked(stack(name), certificates(end), certificates(ROOT), INT.certificate)
        assert not said.accepts
        assert [one.why for one in said.objections] == [Why.NOT_PRESENTED, Why.EXPIRED]
        assert said.path is not None
        assert said.path.links[-1].anchor
    assert "num=20:" in asked(stack("openssl"), certificates(END), certificates(ROOT), INT.certificate).says
    assert "unable to find valid certification path" in asked(stack("java"), certificates(END), certificates(ROOT), INT.certificate).says


def test_after_a_dead_end_in_the_store_openssl_does_not_return_to_what_was_sent() -> None:
    verdict = predict(stack("openssl"), situation("cross-int-trusted-issuer-untrusted-sent"))
    assert "num=2:" in verdict.says
    assert "looks only into its store" in verdict.objections[0].facts[0]


def test_the_circumstances_of_java_out_of_order_are_told_behind_its_one_text() -> None:
    verdict = predict(stack("java"), situation("order-swapped-ints+expired"))
    assert "unable to find valid certification path" in verdict.says
    assert [one.why for one in verdict.objections] == [Why.EXPIRED]


def test_java_refuses_a_long_chain_before_it_looks_at_it() -> None:
    verdict = predict(stack("java"), situation("long-12-ints"))
    assert verdict.accepts is False
    assert verdict.says == "javax.net.ssl.SSLProtocolException: The certificate chain length (11) exceeds the maximum allowed length (10)"


def test_java_out_of_order_finds_five_intermediates_and_not_six() -> None:
    assert predict(stack("java"), situation("long-5-ints-shuffled")).accepts
    verdict = predict(stack("java"), situation("long-6-ints-shuffled"))
    assert verdict.accepts is False
    assert "so many intermediates" in verdict.note


def test_a_message_that_is_too_large_is_refused() -> None:
    big = leaf(INT, san=tuple(f"dns:host-{number}.of.a.long.name.shop.example" for number in range(900)))
    said = asked(stack("java"), certificates(big, INT), certificates(ROOT))
    assert said.accepts is False
    assert "exceeds the maximum allowed size (32768)" in said.says


def test_an_empty_store_is_one_that_holds_nothing_at_all() -> None:
    assert "trustAnchors parameter must be non-empty" in asked(stack("java"), certificates(END, INT), ()).says
    assert "unable to find valid" in asked(stack("java"), certificates(END, INT), (), size=140).says


@pytest.mark.parametrize("name", ["java", "openssl"])
def test_a_certificate_that_cannot_be_read_ends_it_wherever_it_stands(name: str) -> None:
    rubbish = Certificate(der=b"<html>")
    for presented in ((*certificates(END, INT), rubbish), (rubbish, *certificates(INT))):
        said = asked(stack(name), presented, certificates(ROOT))
        assert said.accepts is False
        assert said.objections[0].why is Why.UNREADABLE
        assert said.objections[0].about == rubbish
        assert said.says


@pytest.mark.parametrize("name", ["java", "openssl"])
def test_odd_certificates_get_a_verdict_and_no_crash(name: str) -> None:
    for _, der in odd_certificates():
        odd = Certificate(der=der)
        for presented, anchors in (
            ((odd,), (odd,)),
            ((odd, INT.certificate), (ROOT.certificate, odd)),
            ((END.certificate, odd, INT.certificate), (ROOT.certificate,)),
        ):
            assert asked(stack(name), presented, anchors).accepts in (True, False)


def test_objections_and_tolerated_are_together_what_stands_against_the_path() -> None:
    for one in by_chance(5, 60):
        for name in ("java", "openssl"):
            verdict = predict(stack(name), one)
            assert verdict.path is not None
            assert not set(verdict.objections) & set(verdict.tolerated)
            assert set(verdict.path.objections) <= {*verdict.objections, *verdict.tolerated}
            assert verdict.accepts is (not verdict.objections and not verdict.name_refused)


# A stack that goes through all paths, accepts any certificate of its store, and prints the last thing that it meets.
SEARCHER = replace(
    stack("openssl"),
    name="searcher",
    search=replace(stack("openssl").search, way="any"),
    anchors=Anchors(intermediate=True, leaf="checked", same_key=False),
    verified=False,
)


def test_a_stack_that_tries_all_paths_finds_what_a_greedy_one_misses() -> None:
    for label in ("cross-int-a-untrusted-b-second", "rekeyed-int-both-sent-wrong-first-no-keyid", "only-int-trusted", "leaf-trusted"):
        assert predict(SEARCHER, situation(label)).accepts, label
        assert not predict(stack("openssl"), situation(label)).accepts, label


def test_a_trusted_leaf_may_still_be_checked() -> None:
    verdict = predict(SEARCHER, situation("leaf-trusted+expired"))
    assert [one.why for one in verdict.objections] == [Why.EXPIRED]
    assert not verdict.verified


def test_a_greedy_stack_with_partial_chains_takes_an_intermediate_or_the_leaf() -> None:
    partial = replace(stack("openssl"), anchors=Anchors(intermediate=True, leaf="checked", same_key=False))
    for label in ("only-int-trusted", "only-int-trusted-root-sent", "leaf-trusted", "leaf-trusted-chain-sent"):
        assert predict(partial, situation(label)).accepts, label


def test_a_stack_may_name_the_last_thing_it_meets() -> None:
    last = replace(stack("openssl"), prints_last=True)
    assert "num=10:" in predict(last, situation("root-untrusted+expired-leaf")).says
    assert "num=20:" in predict(stack("openssl"), situation("root-untrusted+expired-leaf")).says


def test_a_new_stack_is_only_data() -> None:
    text = (
        document("openssl.toml")
        .replace('name = "openssl"', 'name = "other"')
        .replace('is = "greedy"', 'is = "any"')
        .replace('compared = "', 'compared = "" # "')
    )
    other = read(text, "other.toml")
    assert (other.name, other.verified, other.search.way) == ("other", False, "any")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('title = "', 'titel = "', "nothing is called 'titel' here"),
        ("prints_last = false", 'prints_last = "no"', "'prints_last' must be true or false, not a text"),
        ('is = "greedy"', 'is = "clever"', "'way' must be one of greedy, ordered, any, not 'clever'"),
        ("max_message = { is = 102400, cite", "max_message = { is = 102400, source", "'max_message' must be written"),
        ("max_message = { is = 102400", 'max_message = { is = "many"', "'max_message' must be a number"),
        ("keys = { is = { RSA = 2048", 'keys = { is = { RSA = "2048"', "'keys' must be a number"),
        ("same_key = {", "same_keys = {", r"nothing is called 'same_keys' in \[anchors\]"),
        ('"partial-prefix"', '"partial-joy"', "'partial-joy' cannot stand in 'is'"),
        ('on = "leaf"', 'on = "root"', "'on' must be one of leaf, issuers, below-anchor, anchor, all, not 'root'"),
        ('whys = ["unreadable", "issuer-unknown"', 'whys = ["unreadable", "issuer-lost"', "'issuer-lost' cannot stand in 'whys'"),
        ('when = ["key-ids"]', 'when = ["key"]', "'key' cannot stand in 'when'"),
        ("number = 66", "numbr = 66", r"nothing is called 'numbr' in \[\[words\]\]"),
        ("number = 18", 'number = "18"', "'number' must be a number, not a text"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(before: str, after: str, expected: str) -> None:
    text = document("openssl.toml")
    wrong = text.replace(before, after, 1)
    line = next(number for number, (old, new) in enumerate(zip(text.splitlines(), wrong.splitlines(), strict=True), 1) if old != new)
    with pytest.raises(Invalid, match=f"^mine.toml, line {line}: {expected}"):
        read(wrong, "mine.toml")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("prints_last = false", "", "line 1: 'prints_last' is missing"),
        ('number = 66\ntext = "EE certificate key too weak"', "number = 66", r"'text' is missing in \[\[words\]\]"),
        ("[search]", "[search", r"\(at line \d+, column 8\)"),
        ("[limits]", "[limits]\nmood = 1", r"nothing is called 'mood' in \[limits\]"),
    ],
)
def test_a_file_with_too_little_or_too_much_is_refused(before: str, after: str, expected: str) -> None:
    text = document("openssl.toml")
    assert before in text
    with pytest.raises(Invalid, match=expected):
        read(text.replace(before, after, 1), "mine.toml")


def test_the_line_of_a_complaint_is_the_line_in_the_file() -> None:
    text = document("java.toml").replace('part = "after"', 'part = "later"', 1)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "later" in one)
    with pytest.raises(Invalid, match=f"^java.toml, line {line}: 'part' must be one of path, after"):
        read(text, "java.toml")


def test_texts_have_no_placeholder_that_is_not_filled() -> None:
    known = {"host", "subject", "algorithm", "algorithm_below", "kind", "bits", "not_after", "not_before", "count", "size", "limit"}
    values = dict.fromkeys(known, "value")
    for one in load_all():
        for words in one.words:
            assert isinstance(words, Words)
            assert "{" not in words.text.format(**values) + words.inner.format(**values)


def test_a_hostile_subject_is_quoted_as_it_is() -> None:
    root = ca("{host}{0.__class__} Root", ca=None)
    said = asked(stack("java"), certificates(leaf(root)), certificates(root))
    assert '"CN={host}{0.__class__} Root, O=Example GmbH" is not a CA certificate' in said.says
