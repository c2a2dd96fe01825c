"""The list as a page, as text and as JUnit: nothing in it is obeyed, everything can be read, and it fits on paper."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, sync_playwright

from probe.render import checklist_html, checklist_json, checklist_junit, checklist_terminal
from probe.report.checklist import Checklist, Outcome
from tests.golive.made import HOSTILE, checklist, entry
from tests.render.test_browser import CHROMIUM, CONTRAST, FLAGS, VIEWS, Watched

EVERY = (Outcome.PASS, Outcome.FAIL, Outcome.WARN, Outcome.NOT_DONE)
LISTS = {
    "plain": checklist(*(entry(one) for one in EVERY), *(entry(one, required=False) for one in EVERY)),
    "hostile": checklist(*(entry(one, text=HOSTILE) for one in EVERY), text=HOSTILE),
    "empty": checklist(),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("view", "scheme", "media", "width"), VIEWS, ids=[one[0] for one in VIEWS])
@pytest.mark.parametrize("name", LISTS)
def test_runs_nothing_asks_for_nothing_and_can_be_read(
    browser: Browser, tmp_path: Path, name: str, view: str, scheme: Literal["light", "dark"], media: Literal["screen", "print"], width: int
) -> None:
    (tmp_path / "list.html").write_text(checklist_html.render(LISTS[name]), encoding="utf-8")
    watched = Watched(browser, scheme, media, width)
    try:
        assert watched.open((tmp_path / "list.html").as_uri()) == []
        assert watched.page.title().endswith(": not ready")
        assert watched.page.evaluate("document.scripts.length") == 0
        assert watched.page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert [one for one in watched.page.evaluate(CONTRAST) if one[0] < 4.5] == []
    finally:
        watched.context.close()


def test_a_list_of_two_endpoints_is_one_sheet_with_lines_to_sign(browser: Browser, tmp_path: Path) -> None:
    usual = checklist(*(entry(Outcome.PASS) for _ in range(18)), entry(Outcome.WARN), entry(Outcome.FAIL))
    (tmp_path / "list.html").write_text(checklist_html.render(usual), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "list.html").as_uri())
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) == 1
    page.emulate_media(media="print")
    assert page.locator(".signatures tbody tr").count() == 1 and page.locator(".signatures").is_visible()
    assert not page.locator("details").first.is_visible()
    page.close()


@pytest.mark.parametrize("name", LISTS)
def test_text_and_xml_obey_nothing(name: str) -> None:
    found: Checklist = LISTS[name]
    text = checklist_terminal.render(found, False, 100)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text) and max(len(line) for line in text.splitlines() if "document.title" not in line) <= 100
    suites = ElementTree.fromstring(checklist_junit.render(found))  # noqa: S314 -- our own document
    assert int(suites.get("tests", "0")) == len(found.items)
    assert checklist_json.render(found).isascii()


def test_colours_only_repeat_what_a_word_says() -> None:
    plain, coloured = (checklist_terminal.render(LISTS["plain"], one, 100) for one in (False, True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain and "\x1b[" in coloured
    assert [word for word in ("PASS", "FAIL", "WARN", "OPEN") if f"  {word}  " not in plain] == []
    assert "[not required]" in plain


def test_what_a_pipeline_counts() -> None:
    suites = ElementTree.fromstring(checklist_junit.render(LISTS["plain"]))  # noqa: S314 -- our own document
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors"), suites.get("skipped")) == ("8", "1", "1", "2")
    (failure,) = suites.iter("failure")
    assert failure.get("type") == "chain.expired"
