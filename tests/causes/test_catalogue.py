"""Every cause is complete: a page, an owner, references, actions that exist; and a cause that crashes is fenced."""

import re
from dataclasses import replace

import pytest

from probe.case.altered import ALTERATIONS
from probe.case.case import Case
from probe.causes.catalogue import STAGES, Entry, ask_all, entries, entry
from probe.causes.words import Finding
from probe.diagnose import diagnose
from probe.lab.scenario import codes
from probe.lab.shown import CODES
from probe.remedies import actions, remedy
from tests.facts.test_codec import observation


@pytest.mark.parametrize("one", entries(), ids=lambda one: one.code)
def test_a_cause_is_complete(one: Entry) -> None:
    assert one.code in CODES
    assert one.summary.endswith(".") and len(one.summary) < 110, one.summary
    assert "Clients say:" in one.page
    assert one.cause.references and all(re.match(r"(RFC \d+|https?://)", reference) for reference in one.cause.references)
    assert one.cause.title[0].isupper() and not one.cause.title.endswith(".")
    assert one.cause.actions and set(one.cause.actions) <= set(actions())
    assert all(entry(code) for code in one.cause.explains), [code for code in one.cause.explains if not entry(code)]
    assert one.code not in one.cause.explains


def test_no_two_causes_explain_each_other() -> None:
    pairs = {(one.code, code) for one in entries() for code in one.cause.explains}
    assert not {pair for pair in pairs if pair[::-1] in pairs}


def test_every_remedy_is_used_and_every_proof_exists() -> None:
    used = {action for one in entries() for action in (*one.cause.actions, *one.cause.instead)}
    assert used == set(actions())
    assert {remedy(action).proof for action in actions()} - {""} == set(ALTERATIONS)


def test_titles_and_summaries_are_not_repeated() -> None:
    assert len({one.cause.title for one in entries()}) == len(entries())
    assert len({one.summary for one in entries()}) == len(entries())


def test_every_cause_has_a_scenario() -> None:
    assert {one.code for one in entries()} == set(codes())


def test_stages_are_all_there() -> None:
    assert {one.stage for one in entries()} == set(STAGES)


def crashes(case: Case) -> Finding | None:
    raise ZeroDivisionError("secret-in-the-text")


def test_a_cause_that_crashes_is_fenced_and_shown() -> None:
    first, *others = entries()
    broken = replace(first, judge=crashes, needs=lambda case: None)
    answers = ask_all(Case(observation(), "127.0.0.1"), (broken, *others))
    assert answers.defects == ((first.code, "ZeroDivisionError"),)
    assert len(answers.findings) + len(answers.not_observed) > 0
    found = diagnose(observation(), (broken, *others))
    assert found.defects == ((first.code, "ZeroDivisionError"),)
    assert "secret-in-the-text" not in repr(found)
