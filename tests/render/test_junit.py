"""JUnit XML for pipelines: XML parsers read it whatever is in it, and its counts are those of its cases."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from probe.causes.catalogue import STAGES
from probe.causes.words import Certainty, Effect
from probe.render import junit
from probe.render.junit import CASES
from probe.report import Report, Verdict
from tests.render.sample import ALL, EXPIRED, HEALTHY, HOSTILE, MISSING, UNDECIDED, poisoned, report

XML_POISON = "]]> <!DOCTYPE x [<!ENTITY e SYSTEM 'file:///x'>]> &e; <x a=\"b\"> ' \" \x00\x01\x08\x0b\x1f\x7f\x85 \ufffe\uffff \ud800 \U0001ffff --> \n\t\r end"


def parsed(one: Report) -> ElementTree.Element:
    return ElementTree.fromstring(junit.render(one).encode("utf-8"))  # noqa: S314 -- our own document


@pytest.mark.parametrize("name", ALL)
def test_parses_and_counts_right(name: str) -> None:
    root = parsed(ALL[name])
    assert root.tag == "testsuites" and len(root) == len(ALL[name].results)
    for one in (root, *root):
        cases = list(one.iter("testcase"))
        assert int(one.get("tests", "")) == len(cases)
        for word, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(one.get(word, "")) == len([case for case in cases if case.find(kind) is not None])
    assert junit.render(ALL[name]) == junit.render(ALL[name])


@pytest.mark.parametrize("poison", [HOSTILE, XML_POISON, "\ufffe" * 10, "A" * 100_000])
def test_no_text_breaks_it(poison: str) -> None:
    clean = parsed(poisoned(report(MISSING, HEALTHY, EXPIRED, UNDECIDED), "plain"))
    hostile = parsed(poisoned(report(MISSING, HEALTHY, EXPIRED, UNDECIDED), poison))
    assert [one.tag for one in hostile.iter()] == [one.tag for one in clean.iter()]
    assert [sorted(one.keys()) for one in hostile.iter()] == [sorted(one.keys()) for one in clean.iter()]


def test_cases_have_the_same_names_in_every_run() -> None:
    every = [[case.get("name") or "" for case in suite.iter("testcase")] for suite in parsed(report(HEALTHY, MISSING, UNDECIDED))]
    # A further fault of a stage comes besides.
    names = [[name for name in one if ": " not in name] for one in every]
    assert names == [[*CASES, "verdict"]] * 3
    assert set(STAGES) - set(CASES) == {"trust", "file"}


def kinds(one: Report) -> dict[str, str]:
    """Stage to what it gave."""
    return {case.get("name", ""): child.tag for case in parsed(one).iter("testcase") for child in case if child.tag != "system-out"}


def test_what_breaks_is_a_failure_of_its_stage() -> None:
    sound = replace(MISSING, defects=(), findings=(replace(MISSING.findings[0], code="name.mismatch"), *MISSING.findings[1:]), explained=())
    found = kinds(report(sound))
    assert found["name"] == "failure" and found["client"] == "skipped" and found["verdict"] == "skipped"
    broken = replace(EXPIRED, explained=())
    assert kinds(report(broken))["chain"] == "failure"
    failure = next(parsed(report(broken)).iter("failure"))
    assert failure.get("type") == "chain.expired" and failure.get("message") == "Example Root CA ended on 2026-10-31."
    assert "who must act" in (failure.text or "")


def counted(one: Report) -> tuple[int, ...]:
    return tuple(int(parsed(one).get(word, "")) for word in ("tests", "failures", "errors", "skipped"))


def test_one_fault_is_one_failure_and_two_are_two() -> None:
    one = replace(EXPIRED, defects=(), explained=(), not_observed=(), findings=EXPIRED.findings[:1])
    assert one.findings[0].effect is Effect.BREAKS and one.verdict is Verdict.DEPENDS
    assert counted(report(one)) == (len(CASES) + 1, 1, 0, 1)
    two = replace(one, findings=(*one.findings, replace(one.findings[0], code="chain.order", summary="Another.")))
    assert counted(report(two)) == (len(CASES) + 2, 2, 0, 1)
    failing = [case.get("name") for case in parsed(report(two)).iter("testcase") if case.find("failure") is not None]
    assert failing == ["chain", "chain: chain.order"]


def test_trust_and_chain_are_one_stage() -> None:
    store = replace(EXPIRED.findings[0], code="trust.store-not-used")
    one = replace(EXPIRED, defects=(), not_observed=(), findings=(store,), explained=(replace(store, code="chain.root-untrusted"),))
    found = kinds(report(one))
    assert found == {"chain": "failure", "verdict": "skipped"}


def test_what_is_only_possible_is_an_error_and_counted_once() -> None:
    possible = replace(EXPIRED.findings[0], certainty=Certainty.POSSIBLE)
    one = replace(UNDECIDED, defects=(), explained=(), not_observed=(), findings=(possible,))
    assert counted(report(one)) == (len(CASES) + 1, 0, 1, 1)


def test_undecided_is_an_error_and_works_is_neither() -> None:
    assert kinds(report(UNDECIDED))["verdict"] == "error"
    assert set(kinds(report(HEALTHY)).values()) <= {"skipped"}
    assert kinds(report(replace(HEALTHY, verdict=Verdict.DEPENDS)))["verdict"] == "failure"


def test_a_defect_is_an_error_of_its_stage() -> None:
    assert kinds(report(MISSING))["chain"] == "error"
