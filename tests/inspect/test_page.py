"""The page of an inspection in a real browser: nothing runs, nothing is asked for, everything can be read, whatever names files and certificates have."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from probe.cli.main import run
from probe.lab.keys import key_pem
from probe.lab.pki import AUTHORITY, authority
from probe.lab.traits import Traits
from tests.render.sample import HOSTILE
from tests.render.test_browser import CHROMIUM, CONTRAST, FLAGS, VIEWS, Watched

PLAIN = HOSTILE.encode("utf-8", "replace").decode()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files that fit together, and files with everything that can be wrong, under hostile names."""
    folder = tmp_path_factory.mktemp("pages")
    root = authority("Plain Root CA")
    leaf = root.issue("plain.example")
    for name, data in (("fullchain.pem", leaf.pem + root.pem), ("server.key", key_pem(leaf.key).decode())):
        (folder / name).write_text(data)
    odd = folder / "<script>document.title='PWNED'</script>"
    odd.mkdir(parents=True)
    hostile = authority("Hostile CA", replace(AUTHORITY, organization=PLAIN[:60]))
    below = hostile.intermediate("Below", replace(AUTHORITY, organization=PLAIN[:60]))
    lonely = below.issue("lonely.example", traits=Traits(ca_issuers=("http://ca.example/<img src=x onerror=alert(1)>.der",)))
    (odd / "lonely.pem").write_text(lonely.pem)
    (odd / "twin.pem").write_text(authority("Hostile CA", replace(AUTHORITY, organization=PLAIN[:60])).pem + hostile.pem + hostile.pem)
    (odd / "old.pem").write_text(root.issue("old.example", traits=Traits(starts=-90, ends=-10)).pem + root.pem)
    (odd / "random.key").write_bytes(key_pem(authority("Another").key))
    (odd / '"onmouseover=alert(1).bin').write_bytes(bytes(range(256)))
    found = {"fine": folder / "fine.html", "hostile": folder / "hostile.html"}
    assert run(["inspect", str(folder / "fullchain.pem"), str(folder / "server.key"), "--trust", "none", "--html", str(found["fine"])]) == 0
    assert run(["inspect", str(odd), "--trust", "none", "--html", str(found["hostile"])]) in (1, 3)
    return found


@pytest.fixture(scope="module")
def browser(pages: dict[str, Path]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("view", "scheme", "media", "width"), VIEWS, ids=[one[0] for one in VIEWS])
@pytest.mark.parametrize("name", ["fine", "hostile"])
def test_runs_nothing_asks_for_nothing_and_can_be_read(
    browser: Browser, pages: dict[str, Path], name: str, view: str, scheme: Literal["light", "dark"], media: Literal["screen", "print"], width: int
) -> None:
    watched = Watched(browser, scheme, media, width)
    try:
        assert watched.open(pages[name].as_uri()) == []
        assert "PWNED" not in watched.page.title().replace("document.title='PWNED'", "")
        assert watched.page.evaluate("document.scripts.length") == 0
        assert watched.page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert [one for one in watched.page.evaluate(CONTRAST) if one[0] < 4.5] == []
        assert watched.page.locator("svg.picture").count() >= 1
    finally:
        watched.context.close()


def test_a_picture_of_each_chain_and_the_missing_issuer_stand_in_it(pages: dict[str, Path]) -> None:
    text = pages["hostile"].read_text()
    assert "http://ca.example/" in text and "not in the files" in text and "Same name, another key" in text
    assert "<script" not in text and "<img" not in text
