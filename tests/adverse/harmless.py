"""Looking at a scenario in bad weather, and at every output for what was said in it."""

import json
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

from probe.cli.arguments import observed
from probe.diagnose import Diagnosis
from probe.facts import codec
from probe.facts.observation import Observation
from probe.lab.scenario import Opens, scenario
from probe.lab.scene import Scene
from probe.lab.stage import Stage
from probe.render import FORMATS
from probe.report import Report
from probe.report.compose import compose
from tests.adverse.conditions import Conditions, under
from tests.render.test_markdown import tokens
from tests.test_hostile import CONTROL

LARGEST = 2_000_000
"""Characters of a saved observation, whatever was sent."""


def opener(code: str, way: str) -> Opens:
    """What opens a scenario of the laboratory: "broken", "mended" or one of its variants."""
    one = scenario(code)
    assert one is not None
    return {"broken": one.broken, "mended": one.mended, **{variant.name: variant.open for variant in one.variants}}[way]


def seen(opens: Opens, how: Conditions, *options: str) -> tuple[Scene, Observation]:
    with under(how):
        return looked_at(opens, *options)


def looked_at(opens: Opens, *options: str) -> tuple[Scene, Observation]:
    """What is seen in the weather that there is."""
    with Stage() as stage:
        scene = opens(stage)
        return scene, observed((*scene.arguments, *options))


def assert_harmless(observation: Observation, found: Diagnosis) -> None:
    """Nothing of what was said does anything in any format, and no cookie was kept."""
    report = compose((found,))
    pages = {form: render(report) for form, render in FORMATS.items()}
    assert set(pages) == {"terminal", "json", "html", "markdown", "junit"}
    assert_calm(pages["terminal"])
    assert_no_markup(pages["html"])
    assert_plain(pages["markdown"])
    assert_counted(pages["junit"])
    assert json.loads(pages["json"])["results"][0]["verdict"] == found.verdict.value
    assert not CONTROL.search(pages["json"].replace("\n", ""))
    saved = codec.text(observation)
    assert "secret-in-a-cookie" not in "".join((saved, *pages.values()))
    assert codec.parse(Observation, saved) == observation and len(saved) < LARGEST
    assert_commands_are_ours(report)


def assert_calm(text: str) -> None:
    assert not CONTROL.search(text.replace("\n", ""))
    assert max(map(len, text.splitlines())) < 5000


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_no_markup(page: str) -> None:
    assert not CONTROL.search(page.replace("\n", ""))
    parser = Tags()
    parser.feed(page)
    assert [tag for tag, _ in parser.found if tag in ("script", "img", "iframe", "object", "embed", "base", "form")] == []
    for _, attributes in parser.found:
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#") or attributes["href"] == "data:,"


def assert_plain(text: str) -> None:
    assert not CONTROL.search(text.replace("\n", ""))
    assert not {"html_block", "html_inline", "link_open", "image", "code_block"} & {one.type for one in tokens(text)}


def assert_counted(text: str) -> None:
    root = ElementTree.fromstring(text.encode())  # noqa: S314 -- our own document
    assert {one.tag for one in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out", "properties", "property"}
    assert not CONTROL.search("".join(root.itertext()).replace("\n", ""))


def assert_commands_are_ours(report: Report) -> None:
    result = report.results[0]
    commands = [one for remedy in result.remedies for step in remedy.steps for one in step.commands]
    commands += [one for found in result.findings for one in found.commands] + [remedy.check for remedy in result.remedies] + [result.repeat]
    assert not [one for one in commands if "reboot" in one or "alert(" in one or CONTROL.search(one.replace("\n", ""))]
