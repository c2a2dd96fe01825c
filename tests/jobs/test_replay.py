"""Saved observations come back from their own files and from HTML reports, and whatever else a file holds is refused in a sentence."""

import base64
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.observation import Observation, Vantage
from probe.facts.unusable import Unusable
from probe.jobs.replay import RESULTS, all_saved, saved
from probe.render import FORMATS
from probe.report.compose import compose
from probe.report.redact import redact
from tests.facts.test_codec import observation
from tests.render.sample import HOSTILE
from tests.render.test_browser import CHROMIUM, FLAGS

ONE = replace(observation(), vantage=Vantage(host=HOSTILE.encode("utf-8", "replace").decode()))
TWO = replace(observation(), probe="0.2")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(FORMATS["html"](compose((diagnose(ONE), diagnose(TWO)))), encoding="utf-8")
    return path


def test_a_page_gives_back_what_was_seen_in_its_order(page: Path) -> None:
    assert all_saved(page) == (ONE, TWO)


def test_a_page_and_a_saved_file_give_the_same_report(tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text(codec.text(ONE))
    (tmp_path / "page.html").write_text(FORMATS["html"](compose((diagnose(ONE),))), encoding="utf-8")
    pages = [FORMATS["json"](compose((diagnose(saved(tmp_path / name)),))) for name in ("seen.json", "page.html")]
    assert pages[0] == pages[1]


def test_a_page_that_a_browser_saved_again_still_holds_it(page: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page()
        opened.goto(page.as_uri())
        assert opened.evaluate("document.body.innerText.includes('eyJ') || document.body.innerText.includes('ewog')") is False
        again.write_text(opened.content(), encoding="utf-8")
        session = opened.context.new_cdp_session(opened)
        whole = session.send("Page.captureSnapshot")["data"]
        browser.close()
    assert "multipart/related" in whole
    assert again.read_text(encoding="utf-8") != page.read_text(encoding="utf-8") or again.stat().st_size == page.stat().st_size
    assert all_saved(again) == (ONE, TWO)
    changed = tmp_path / "changed.html"
    changed.write_bytes(b"\xef\xbb\xbf<!-- saved from url=(0014)about:internet -->\r\n" + again.read_bytes().replace(b"\n", b"\r\n"))
    assert all_saved(changed) == (ONE, TWO)


def test_one_is_asked_for_and_several_are_there(page: Path) -> None:
    with pytest.raises(Unusable, match="a report of 2 targets"):
        saved(page)


def test_a_redacted_page_holds_nothing_to_replay(tmp_path: Path) -> None:
    path = tmp_path / "redacted.html"
    path.write_text(FORMATS["html"](redact(compose((diagnose(ONE),)))), encoding="utf-8")
    with pytest.raises(Unusable, match="without observations"):
        all_saved(path)


def wrapped(data: bytes) -> bytes:
    return b'<html><template class="observation">' + base64.b64encode(data) + b"</template></html>"


GOOD = codec.text(observation()).encode()
HOSTILES = {
    "no-observation": (b"<!DOCTYPE html><p>Login</p>", "without observations"),
    "not-base64": (b'<template class="observation">%%%</template>', "is damaged"),
    "cut": (wrapped(GOOD)[:-400] + b"</template>", ""),
    "not-closed": (wrapped(GOOD).removesuffix(b"</template></html>"), "without observations"),
    "not-ascii": (wrapped("ä".encode()), "is damaged"),
    "no-json": (wrapped(b"hello"), "not one whole JSON document"),
    "another-json": (wrapped(b'{"a": 1}'), "not a whole saved observation"),
    "newer": (wrapped(b'{"schema": 99}'), "newer version"),
    "deep": (wrapped(b"[" * 100_000), "not one whole JSON document"),
    "empty": (wrapped(b""), "not one whole JSON document"),
    "not-text": (b"<\xff\xfe", "it is not text"),
    "too-many": (wrapped(b"{}") * (RESULTS + 1), "holds more than"),
    "one-bad": (wrapped(GOOD) + wrapped(b"{}"), "not a whole saved observation"),
    "other-element": (wrapped(GOOD).replace(b"template", b"script"), "without observations"),
    "other-class": (wrapped(GOOD).replace(b'"observation"', b'"other"'), "without observations"),
}


@pytest.mark.parametrize("name", HOSTILES)
def test_hostile_pages_are_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    content, says = HOSTILES[name]
    path = tmp_path / "page.html"
    path.write_bytes(content)
    with pytest.raises(Unusable) as refused:
        all_saved(path)
    assert says in refused.value.says and refused.value.next_step and "Traceback" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "<template " * 400_000,
        '<template class="observation"' * 200_000,
        '<template class="observation">' * 100_000,
        '<template class="observation">' + "A" * 4_000_000,
        ("<template " + 'class="observation" ' * 10) * 20_000,
    ],
    ids=["starts", "classes", "opened", "long", "attributes"],
)
def test_no_page_makes_it_slow(text: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(text)
    begun = time.monotonic()
    with pytest.raises(Unusable):
        all_saved(path)
    assert time.monotonic() - begun < 5


def test_the_embedded_form_is_plain_json_in_base64(page: Path) -> None:
    body = page.read_text(encoding="utf-8").partition('<template class="observation">')[2].partition("<")[0]
    assert codec.parse(Observation, base64.b64decode(body).decode()) == ONE
    assert json.loads(base64.b64decode(body))["schema"] == 1
