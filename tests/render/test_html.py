"""The page as text: what is in it, what is not, and how it is built. What a browser makes of it is in ``test_browser``."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from probe.case.path import Why
from probe.causes.words import Certainty, Effect
from probe.render import html, words
from probe.report import Report, Verdict
from tests.render.sample import ALL, HEALTHY, HOSTILE, LONG, MISSING, counted, poisoned, report

TEMPLATES = Path(__file__).parents[2] / "reports" / "templates"
EVENT = re.compile(r"^on", re.IGNORECASE)
CSP = "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'"

ABSENT = {
    "RemedyText.action": "a name for programs; the sentence is shown",
    "StackVerdict.limit": "a word for the causes; the finding and the words of the stack say it",
    "ChainBox.tone": "a sign, a frame and a word",
    "ChainBox.edge_tone": "a line",
    "TimelineBar.tone": "a colour and a word",
    "TimelineEvent.tone": "a colour",
    "Observation.unfinished": "part of the sentence",
    "Observation.probe": "among the circumstances",
    "Observation.libraries": "among the circumstances",
    "Vantage.host": "among the circumstances",
    "Vantage.address": "among the circumstances",
}
"""Texts of a report that the page leaves out on purpose, and what stands for them."""

SEEN_ELSEWHERE = re.compile(r"^(Target|Attempt|Connect|Handshake|Question)\.")
"""The raw observation: the page shows what the report makes of it; the file for programs holds it whole."""


class Elements(HTMLParser):
    """Every start tag of a page with its attributes, and the text inside of the elements asked for."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def shapes(self) -> set[tuple[str, tuple[str, ...]]]:
        return {(tag, tuple(attributes)) for tag, attributes in self.tags}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: html.render(one) for name, one in ALL.items()}


@pytest.mark.parametrize("name", ALL)
def test_the_policy_names_the_very_bytes_of_the_style(pages: dict[str, str], name: str) -> None:
    style = re.findall(r"<style>(.*?)</style>", pages[name], re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policies = [attributes["content"] for tag, attributes in Elements(pages[name]).tags if tag == "meta" and attributes.get("http-equiv")]
    assert policies == [CSP.format(digest)]
    assert not {"url(", "@import", "\r", "</", "<!"} & set(re.findall(r"url\(|@import|\r|</|<!", style[0]))


@pytest.mark.parametrize("name", ALL)
def test_nothing_runs_and_nothing_is_loaded(pages: dict[str, str], name: str) -> None:
    for tag, attributes in Elements(pages[name]).tags:
        assert tag not in {"script", "img", "iframe", "object", "embed", "form", "base", "input", "foreignobject", "use", "image", "animate", "set"}
        assert not [one for one in attributes if EVENT.match(one) or one in ("style", "src", "srcset", "action", "xlink:href", "srcdoc")]
        assert (attributes.get("href") or "#").startswith("#") or attributes["href"] == "data:,"


def test_hostile_text_adds_no_element_and_no_attribute() -> None:
    clean = Elements(html.render(report(MISSING, HEALTHY))).shapes()
    for poison in (HOSTILE, LONG):
        assert Elements(html.render(poisoned(report(MISSING, HEALTHY), poison))).shapes() <= clean


@pytest.mark.parametrize("name", ALL)
def test_only_visible_characters_and_line_feeds(pages: dict[str, str], name: str) -> None:
    assert all(line.isprintable() for line in pages[name].split("\n"))
    assert pages[name].encode("utf-8")


def test_templates_are_not_evaluated_twice(pages: dict[str, str]) -> None:
    assert "{{7*7}}" in pages["hostile"]
    assert ">49" not in pages["hostile"]


@pytest.mark.parametrize("name", ALL)
def test_the_same_report_gives_the_same_page(pages: dict[str, str], name: str) -> None:
    assert html.render(ALL[name]) == pages[name]


@pytest.mark.parametrize("name", ALL)
def test_headings_are_in_order_and_ids_are_unique(pages: dict[str, str], name: str) -> None:
    tags = Elements(pages[name]).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointed = {(attributes["href"] or "")[1:] for tag, attributes in tags if tag == "a"}
    labelled = {(attributes[key] or "") for _, attributes in tags for key in ("aria-labelledby", "aria-describedby") if key in attributes}
    assert pointed | labelled <= set(ids)


@pytest.mark.parametrize("name", ALL)
def test_readers_who_do_not_see_get_words(pages: dict[str, str], name: str) -> None:
    tags = Elements(pages[name]).tags
    assert next(attributes for tag, attributes in tags if tag == "html")["lang"] == "en"
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    assert all(attributes.get("role") == "img" or attributes.get("aria-hidden") == "true" or "x" in attributes for tag, attributes in tags if tag == "svg")


def test_every_text_of_the_report_is_shown_or_absent_on_purpose() -> None:
    seen: list[str] = []
    page = html.render(counted(report(MISSING, HEALTHY), seen))
    missing = {line.split()[0] for line in seen if line.split()[1] not in page}
    assert {one for one in missing if not SEEN_ELSEWHERE.match(one)} == set(ABSENT)
    assert {"Headline.summary", "CertificateText.md5", "RemedyStep.commands", "Evidence.at", "TimelineEvent.says"} <= {one.split()[0] for one in seen} - missing


def test_the_parts_stand_in_the_order_of_a_readers_questions(pages: dict[str, str]) -> None:
    headings = re.findall(r"<h3[^>]*>([^<]*)</h3>", pages["missing"])
    assert headings == [
        "Why",
        "It could also be",
        "What to do",
        "Messages, ready to paste",
        "The certificate chain",
        "What each client says",
        "What happened when",
        "Other findings",
        "Evidence",
        "What could not be looked at",
        "How this was looked at, and how to repeat it",
    ]


def test_a_certificate_can_be_copied_whole(pages: dict[str, str]) -> None:
    for one in MISSING.certificates:
        assert f'<pre class="pem">{one.pem.rstrip()}</pre>' in pages["missing"].replace("&#43;", "+")


def test_commands_stand_a_line_each(pages: dict[str, str]) -> None:
    assert "<pre>cat server.pem ca2.pem &gt; chain.pem\nnginx -t &amp;&amp; nginx -s reload</pre>" in pages["missing"]


def test_numbers_of_certificates_that_are_not_there_do_no_harm() -> None:
    page = html.render(report(replace(MISSING, certificates=())))
    assert "No certificate was seen." in page
    assert not re.search(r'href="#r1-c[0-9]', page)


def test_endless_reports_stay_readable() -> None:
    many = replace(MISSING, chain=MISSING.chain * 100, timeline=MISSING.timeline * 100)
    page = html.render(report(many))
    assert "and 288 more" in page
    assert "and 376 more" in page
    assert len(page) < 1_500_000


def test_nothing_to_report_is_a_page_too() -> None:
    assert "Nothing was checked." in html.render(Report(results=(), made_by="probe"))


def test_every_word_that_is_looked_up_exists() -> None:
    assert set(words.VERDICTS) == set(Verdict)
    assert set(words.EFFECTS) == set(Effect)
    assert set(words.CERTAINTIES) == set(Certainty)
    assert set(words.OBJECTIONS) == set(Why)


def test_every_template_is_used() -> None:
    users = (*TEMPLATES.iterdir(), *Path(html.__file__).parent.glob("*html.py"))
    text = "".join(one.read_text(encoding="utf-8") for one in users)
    assert [one.name for one in TEMPLATES.iterdir() if f'"{one.name}"' not in text] == []


def test_no_template_says_that_anything_is_safe() -> None:
    for one in TEMPLATES.glob("*.j2"):
        assert not re.search(r"\|\s*safe|autoescape|Markup", one.read_text(encoding="utf-8"))
