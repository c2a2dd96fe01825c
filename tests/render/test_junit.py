"""JUnit XML for pipelines: XML parsers read it whatever is in it, and its counts are those of its cases."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from probe.causes.catalogue import STAGES
from probe.render import junit
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
    names = [[case.get("name") for case in suite.iter("testcase")] for suite in parsed(report(HEALTHY, MISSING, UNDECIDED))]
    assert names == [[*STAGES, "verdict"]] * 3


def kinds(one: Report) -> dict[str, str]:
    """Stage to what it gave."""
    return {case.get("name", ""): child.tag for case in parsed(one).iter("testcase") for child in case if child.tag != "system-out"}


def test_what_breaks_is_a_failure_of_its_stage() -> None:
    sound = replace(MISSING, defects=(), findings=(replace(MISSING.findings[0], code="name.mismatch"), *MISSING.findings[1:]), explained=())
    found = kinds(report(sound))
    assert found["verdict"] == "failure" and found["client"] == "skipped"
    broken = replace(EXPIRED, explained=())
    assert kinds(report(broken))["chain"] == "failure"
    failure = next(parsed(report(broken)).iter("failure"))
    assert failure.get("type") == "chain.expired" and failure.get("message") == "Example Root CA ended on 2026-10-31."
    assert "who must act" in (failure.text or "")


def test_undecided_is_an_error_and_works_is_neither() -> None:
    assert kinds(report(UNDECIDED))["verdict"] == "error"
    assert set(kinds(report(HEALTHY)).values()) <= {"skipped"}
    assert kinds(report(replace(HEALTHY, verdict=Verdict.DEPENDS)))["verdict"] == "failure"


def test_a_defect_is_an_error_of_its_stage() -> None:
    assert kinds(report(MISSING))["chain"] == "error"
