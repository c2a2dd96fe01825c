"""The page of the advice in a real browser: nothing runs, nothing is asked for, everything can be read; and names that attack it stay text in every format."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from probe.cli.arguments import observed
from probe.facts.program import Program, ReadStore
from probe.lab.pki import AUTHORITY
from probe.lab.shop import HOST, credentials, hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.render import advice_html, advice_json, advice_markdown, advice_terminal
from probe.report.advice import AdviceReport
from probe.report.advise import advise
from tests.render.sample import HOSTILE
from tests.render.test_browser import CHROMIUM, CONTRAST, FLAGS, VIEWS, Watched


@pytest.fixture(scope="module")
def report() -> AdviceReport:
    """Advice about hostile names, and a program whose folders are called alike."""
    hostile = HOSTILE.encode("utf-8", "replace").decode()[:60]
    top = hierarchy(root=replace(AUTHORITY, organization=hostile))
    middle = top.root.intermediate("Sub", replace(AUTHORITY, organization=hostile))
    leaf = middle.issue(HOST)
    with Stage() as stage:
        one = observed(reach(stage.tls(Serving(credentials=(credentials(leaf, middle, top.root),))), "none"))
        other = observed(reach(stage.tls(Serving(credentials=(credentials(leaf),))), "none"))
    store = ReadStore(reader="Java", stack="java", path=hostile, says=f"It names {HOSTILE}.", problem=hostile, tone="bad")
    program = Program(pid=1, kind="java", executable=hostile, stores=(store,), notes=(hostile,))
    return AdviceReport(advices=(advise(one, program), advise(other)), made_by="probe", folder=hostile, written=("root.pem",), remarks=(hostile,))


@pytest.fixture(scope="module")
def browser(report: AdviceReport) -> Iterator[Browser]:
    """Started after everything was looked at: its event loop allows no other."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("view", "scheme", "media", "width"), VIEWS, ids=[one[0] for one in VIEWS])
def test_runs_nothing_asks_for_nothing_and_can_be_read(
    browser: Browser,
    report: AdviceReport,
    tmp_path: Path,
    view: str,
    scheme: Literal["light", "dark"],
    media: Literal["screen", "print"],
    width: int,
) -> None:
    page = tmp_path / "page.html"
    page.write_text(advice_html.render(report), encoding="utf-8")
    watched = Watched(browser, scheme, media, width)
    try:
        assert watched.open(page.as_uri()) == []
        assert watched.page.title().startswith("Which certificate to install") and watched.page.evaluate("document.scripts.length") == 0
        assert watched.page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert [one for one in watched.page.evaluate(CONTRAST) if one[0] < 4.5] == []
    finally:
        watched.context.close()


def test_hostile_names_stay_text(report: AdviceReport) -> None:
    plain = advice_terminal.render(report, colour=False, width=80)
    assert all(one == "\n" or 32 <= ord(one) < 127 or ord(one) > 160 for one in plain) and "\x1b" not in plain
    assert advice_json.render(report).isascii()
    inside = advice_markdown.render(report)
    outside = "\n".join(part for number, part in enumerate(inside.split("```")) if number % 2 == 0)
    # What is between single marks is shown as it is written.
    assert "<script" not in re.sub(r"`[^`]*`", "", outside).replace("\\<script", "") and "\x1b" not in inside
