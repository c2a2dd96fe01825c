"""The comparison as a page in a real browser, what travels in it, and the comparison without names."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from probe.cli.arguments import observed
from probe.cli.main import run
from probe.diagnose import diagnose
from probe.facts import codec
from probe.lab.pki import AUTHORITY
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.render import comparison, comparison_html
from probe.report.comparison import Comparison, compare
from probe.report.redact_comparison import redact
from probe.report.sides import Side, sides
from tests.render.sample import HOSTILE
from tests.render.test_browser import CHROMIUM, CONTRAST, FLAGS, VIEWS, Watched

PLAIN = HOSTILE.encode("utf-8", "replace").decode()


@pytest.fixture(scope="module")
def made() -> Hierarchy:
    return hierarchy(root=replace(AUTHORITY, organization=PLAIN[:60]))


@pytest.fixture(scope="module")
def seen(made: Hierarchy) -> tuple[Side, Side, Side]:
    """A whole chain, a renewed certificate whose server forgets the intermediate, and a port that shows nothing; the second has a hostile name."""
    renewed = made.intermediate.issue(HOST, traits=Traits(starts=-1))
    found = []
    with Stage() as stage:
        trust = stage.trust_file(made.root)
        for shown in (made.whole, credentials(renewed)):
            port = stage.tls(Serving(credentials=(shown,)))
            found.append(observed((*reach(port, trust),)))
        found.append(observed((*reach(stage.closed_port(), trust),)))
    one, two, nothing = (sides(diagnose(each), label)[0] for each, label in zip(found, ("one.json", PLAIN, "nothing.json"), strict=True))
    return one, two, nothing


@pytest.fixture(scope="module")
def pages(seen: tuple[Side, Side, Side]) -> dict[str, tuple[Comparison, ...]]:
    one, two, nothing = seen
    return {
        "different": (compare(one, two),),
        "undecided": (compare(nothing, one),),
        "several": (compare(one, two), compare(two, one)),
    }


@pytest.fixture(scope="module")
def browser(pages: dict[str, tuple[Comparison, ...]]) -> Iterator[Browser]:
    """Started after everything was looked at: its event loop allows no other."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("view", "scheme", "media", "width"), VIEWS, ids=[one[0] for one in VIEWS])
@pytest.mark.parametrize("name", ["different", "undecided", "several"])
def test_runs_nothing_asks_for_nothing_and_can_be_read(
    browser: Browser,
    pages: dict[str, tuple[Comparison, ...]],
    tmp_path: Path,
    name: str,
    view: str,
    scheme: Literal["light", "dark"],
    media: Literal["screen", "print"],
    width: int,
) -> None:
    page = tmp_path / "page.html"
    page.write_text(comparison_html.render(pages[name]), encoding="utf-8")
    watched = Watched(browser, scheme, media, width)
    try:
        assert watched.open(page.as_uri()) == []
        assert watched.page.title().startswith("Comparison of ")
        assert watched.page.evaluate("document.scripts.length") == 0
        assert watched.page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert [one for one in watched.page.evaluate(CONTRAST) if one[0] < 4.5] == []
        if name == "different":
            assert watched.page.locator("svg.picture").count() == 2
            # Where columns are gone, each value says whose it is.
            assert watched.page.locator(".differences .side").first.is_visible() is (width < 576)
    finally:
        watched.context.close()


def test_hostile_names_stay_text_in_every_format(pages: dict[str, tuple[Comparison, ...]]) -> None:
    found = pages["several"]
    plain = comparison.terminal(found, False, 80)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", plain)
    assert comparison.as_json(found).isascii()
    assert "<script" not in comparison_html.render(found).replace("&lt;script", "")
    assert "<script" not in re.sub(r"`[^`]*`", "", comparison.markdown(found)).replace("\\<script", "")


def test_the_same_comparison_gives_the_same_page(pages: dict[str, tuple[Comparison, ...]]) -> None:
    assert comparison_html.render(pages["different"]) == comparison_html.render(pages["different"])


@pytest.fixture
def saved(seen: tuple[Side, Side, Side], tmp_path: Path) -> tuple[Path, Path]:
    files = (tmp_path / "mine.json", tmp_path / "theirs.json")
    for file, side in zip(files, seen[:2], strict=True):
        assert side.observation is not None
        file.write_text(codec.text(side.observation))
    return files


def test_the_page_is_compared_again_and_each_side_judged_again(saved: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "comparison.html"
    assert run(["compare", *map(str, saved), "--html", str(page)]) == 1
    first = capsys.readouterr().out
    assert run(["compare", str(page)]) == 1
    again = capsys.readouterr().out
    assert "lacks Lab Issuing CA, which issued its certificate" in " ".join(first.split()) and "lacks Lab Issuing CA" in " ".join(again.split())
    assert run(["report", str(page), "--format", "json"]) == 1
    assert capsys.readouterr().out.count('"verdict"') == 2
    assert run(["compare", *map(str, saved), "--format", "html"]) == 1
    assert capsys.readouterr().out == page.read_text()


@pytest.mark.parametrize("form", ["terminal", "json", "html", "markdown"])
def test_nothing_that_names_anybody_is_in_a_redacted_comparison(
    form: str, saved: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", *map(str, saved), "--format", form, "--redact"]) == 1
    out = capsys.readouterr().out
    for word in (HOST, "Lab Issuing", "mine.json", "theirs.json", str(tmp_path), 'class="observation"'):
        assert word not in out, word
    assert "has a newer certificate for the same names" in " ".join(out.split())
    (page := tmp_path / "redacted.html").write_text(out)
    if form == "html":
        assert run(["compare", str(page)]) == 2
        assert "HTML page without observations" in capsys.readouterr().err


def test_redacting_keeps_what_differs(pages: dict[str, tuple[Comparison, ...]]) -> None:
    before, after = pages["different"], redact(pages["different"])
    assert [(one.label, one.weight) for one in before[0].rows] == [(one.label, one.weight) for one in after[0].rows]
    assert after[0].left.observation is None and not after[0].left.chain
