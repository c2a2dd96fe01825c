"""What a real browser makes of the page: nothing runs, nothing is asked for, everything can be read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from probe.render import html
from tests.render.sample import ALL, HOSTILE

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
VIEWS: list[tuple[str, Literal["light", "dark"], Literal["screen", "print"], int]] = [
    ("light", "light", "screen", 1000),
    ("dark", "dark", "screen", 1000),
    ("phone", "light", "screen", 380),
    ("small dark phone", "dark", "screen", 320),
    ("print", "light", "print", 720),
    ("print from dark", "dark", "print", 720),
]

TITLES = {
    "healthy": ": works",
    "missing": ": fails",
    "expired": ": depends on the client",
    "undecided": ": undecided",
    "several": "4 connections",
    "hostile": ": fails",
    "hostile-several": "3 connections",
    "long": ": fails",
    "empty": "0 connections",
}
HARMLESS = {"healthy", "missing", "expired", "undecided", "several", "empty"}

CONTRAST = """() => {
  const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = one => { one /= 255; return one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ratio = (one, two) => { const [a, b] = [light(one), light(two)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      if (one.closest('svg')) {
        const box = one.tagName === 'g' && one.querySelector(':scope > rect.box');
        if (box) return numbers(getComputedStyle(box).fill);
        continue;
      }
      const colour = numbers(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    if (['title', 'desc'].includes(element.tagName)) continue;
    if (![...element.childNodes].some(one => one.nodeType === 3 && one.data.trim())) continue;
    const style = getComputedStyle(element);
    const colour = element.closest('svg') ? style.fill : style.color;
    found.push([ratio(numbers(colour), behind(element)), element.tagName + '.' + element.getAttribute('class'), element.textContent.slice(0, 40)]);
  }
  for (const element of document.querySelectorAll('svg .disc')) {
    const sign = element.parentElement.querySelector('.sign');
    found.push([ratio(numbers(getComputedStyle(element).fill), numbers(getComputedStyle(sign).stroke)), 'sign', '']);
  }
  return found;
}"""

CLIPPED = """() => [...document.querySelectorAll('svg.picture')].flatMap(picture => {
  const right = picture.getBoundingClientRect().right;
  return [...picture.querySelectorAll('text')].filter(one => one.getBoundingClientRect().right > right + 0.5).map(one => one.textContent);
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name, report in ALL.items():
        (folder / f"{name}.html").write_text(html.render(report), encoding="utf-8")
    return folder


class Watched:
    """A page in its own context and everything that it tried."""

    def __init__(self, browser: Browser, scheme: Literal["light", "dark"], media: Literal["screen", "print"], width: int) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        self.page: Page = self.context.new_page()
        self.page.emulate_media(media=media, color_scheme=scheme)
        self.tried: list[str] = []
        self.context.on("request", lambda one: self.tried.append(f"request {one.url}"))
        self.context.on("page", lambda one: self.tried.append(f"window {one.url}"))
        self.page.on("console", lambda one: self.tried.append(f"console {one.text}"))
        self.page.on("pageerror", lambda one: self.tried.append(f"error {one}"))
        self.page.on("download", lambda one: self.tried.append(f"download {one.url}"))
        self.page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.tried.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def open(self, url: str) -> list[str]:
        """Load the page, touch everything in it, and return what it tried besides loading itself."""
        self.page.goto(url)
        self.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        self.page.evaluate("for (const one of document.querySelectorAll('*')) one.dispatchEvent(new MouseEvent('mouseover'))")
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return [one for one in self.tried if one != f"request {url}"]


@pytest.mark.parametrize(("view", "scheme", "media", "width"), VIEWS, ids=[one[0] for one in VIEWS])
@pytest.mark.parametrize("name", ALL)
def test_runs_nothing_asks_for_nothing_and_can_be_read(
    browser: Browser, files: Path, name: str, view: str, scheme: Literal["light", "dark"], media: Literal["screen", "print"], width: int
) -> None:
    watched = Watched(browser, scheme, media, width)
    try:
        assert watched.open((files / f"{name}.html").as_uri()) == []
        assert watched.page.title().endswith(TITLES[name])
        assert watched.page.evaluate("document.scripts.length") == 0
        assert watched.page.evaluate("document.scrollingElement.scrollWidth") <= width
        weak = [one for one in watched.page.evaluate(CONTRAST) if one[0] < 4.5]
        assert weak == []
        # A narrower screen may clip a picture's text: the table below it has the whole.
        if name in HARMLESS and width >= 380:
            assert watched.page.evaluate(CLIPPED) == []
    finally:
        watched.context.close()


def test_the_watch_sees_an_unsafe_page(browser: Browser, tmp_path: Path) -> None:
    unsafe = tmp_path / "unsafe.html"
    unsafe.write_text(f"<title>plain{HOSTILE.encode('utf-8', 'replace').decode()}", encoding="utf-8")
    watched = Watched(browser, "light", "screen", 380)
    try:
        tried = watched.open(unsafe.as_uri())
        assert watched.page.title() == "PWNED"
        assert {one.split()[0] for one in tried} >= {"request", "console", "dialog"}
    finally:
        watched.context.close()


def test_the_policy_alone_stops_an_unsafe_page(browser: Browser, files: Path, tmp_path: Path) -> None:
    page = (files / "missing.html").read_text(encoding="utf-8")
    unsafe = tmp_path / "unsafe.html"
    unsafe.write_text(
        page.replace("<main>", "<main><script>document.title='PWNED'</script><img src=http://127.0.0.1:9/i onerror=\"document.title='PWNED'\">"),
        encoding="utf-8",
    )
    watched = Watched(browser, "light", "screen", 380)
    try:
        tried = watched.open(unsafe.as_uri())
        assert watched.page.title() == "https://shop.example.test: fails"
        assert any("Content Security Policy" in one for one in tried)
    finally:
        watched.context.close()


def test_paper_is_white_and_shows_what_is_folded(browser: Browser, files: Path) -> None:
    watched = Watched(browser, "dark", "print", 720)
    try:
        watched.page.goto((files / "missing.html").as_uri())
        assert watched.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        heights = watched.page.evaluate(
            "[...document.querySelectorAll('details:not([open]) pre, details:not([open]) table')].map(one => one.getBoundingClientRect().height)"
        )
        assert len(heights) == 6
        assert min(heights) > 30
        assert watched.page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    finally:
        watched.context.close()


def test_the_keyboard_reaches_every_link_and_fold(browser: Browser, files: Path) -> None:
    watched = Watched(browser, "light", "screen", 1000)
    try:
        watched.page.goto((files / "missing.html").as_uri())
        count = watched.page.evaluate("document.querySelectorAll('a[href], summary').length")
        reached = set()
        for _ in range(count):
            watched.page.keyboard.press("Tab")
            reached.add(watched.page.evaluate("[...document.querySelectorAll('a[href], summary')].indexOf(document.activeElement)"))
        assert reached == set(range(count))
    finally:
        watched.context.close()


def test_a_link_to_a_certificate_leads_there(browser: Browser, files: Path) -> None:
    watched = Watched(browser, "light", "screen", 1000)
    try:
        watched.page.goto((files / "missing.html").as_uri())
        watched.page.click("text=The whole certificate, to copy")
        top = watched.page.evaluate("document.getElementById('r1-c2').getBoundingClientRect().top")
        assert -1 <= top <= 800
    finally:
        watched.context.close()
