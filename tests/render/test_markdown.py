"""Markdown for tickets: a real CommonMark parser finds our own structure in it and nothing that came from outside."""

from collections import Counter
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from probe.render import markdown
from probe.report import RemedyStep
from tests.render.sample import ALL, HEALTHY, HOSTILE, LONG, MISSING, poisoned, report

TRICKS = (
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "===",
    "---",
    "> quote",
    "```",
    "~~~ fence",
    "    code",
    "`code` ``two`` ```three",
    "*a* **b** _c_ __d__ ~~e~~",
    "[link](http://127.0.0.1:9/x) ![image](http://127.0.0.1:9/i) [ref]: http://127.0.0.1:9/",
    "<http://127.0.0.1:9/> <a@b.example>",
    "<b onclick=x>bold</b> <!-- comment --> <?php ?>",
    "&lt;script&gt; &#x3c; &copy;",
    "a | b | c",
    "| --- |",
    "ends with \\",
    "`",
    "\\`",
    "$x$ :::: note",
    "<details><summary>",
    "]]> */ }}",
    "a\nb\r\n\r\n# c",
    "\tx",
    "",
)


def tokens(text: str) -> list[Token]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [inner for outer in parser.parse(text) for inner in (outer, *(outer.children or ()))]


def shape(text: str) -> list[tuple[str, str]]:
    """The structure of a document: everything but its texts, and how many lines a fence has."""
    return [(one.type, one.tag) for one in tokens(text) if one.type not in ("text", "softbreak", "text_special")]


@pytest.mark.parametrize("name", ALL)
def test_there_is_no_html_no_link_and_no_image(name: str) -> None:
    kinds = Counter(one.type for one in tokens(markdown.render(ALL[name])))
    assert not {"html_block", "html_inline", "link_open", "image", "code_block", "em_open", "s_open", "blockquote_open", "hardbreak", "entity"} & set(kinds)


@pytest.mark.parametrize("poison", [*TRICKS, HOSTILE, LONG], ids=range(len(TRICKS) + 2))
def test_no_text_changes_the_structure(poison: str) -> None:
    clean = shape(markdown.render(poisoned(report(MISSING, HEALTHY), "plain")))
    assert shape(markdown.render(poisoned(report(MISSING, HEALTHY), poison or "x"))) == clean
    assert {"fence", "table_open", "heading_open", "strong_open", "code_inline"} <= {one for one, _ in clean}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_text_is_read_back_as_it_was(trick: str) -> None:
    wanted = trick.replace("\r", "[U+000D]").replace("\n", "[U+000A]").replace("\t", "[U+0009]").strip()
    said = "".join(one.content for one in tokens(f"x {markdown.escaped(trick)}") if one.type in ("text", "text_special"))
    assert said.removeprefix("x").strip() == wanted
    span = [one.content for one in tokens(f"x {markdown.code(trick)} y") if one.type == "code_inline"]
    assert [one.strip() for one in span] == [wanted]
    alone = [one.content for one in tokens(markdown.escaped(trick)) if one.type in ("text", "text_special")]
    assert "".join(alone).strip() == wanted
    row = [
        one.content
        for one in tokens(f"| a | b |\n| --- | --- |\n| {markdown.code(trick, cell=True)} | {markdown.escaped(trick)} |\n")
        if one.type == "code_inline"
    ]
    assert [one.strip() for one in row] == [wanted]


@pytest.mark.parametrize("trick", TRICKS)
def test_a_fence_holds_any_text(trick: str) -> None:
    text = "\n".join(markdown.fenced(("before", trick, "after"), "sh"))
    assert [one.type for one in tokens(text)] == ["fence"]


@pytest.mark.parametrize("name", ALL)
def test_only_visible_characters_and_line_feeds(name: str) -> None:
    text = markdown.render(ALL[name])
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.endswith("\n") and text.encode("utf-8")
    assert markdown.render(ALL[name]) == text


def test_it_says_what_a_ticket_needs() -> None:
    text = markdown.render(report(MISSING))
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "## Cause",
        "## It could also be",
        "## What to do",
        "## Messages, ready to paste",
        "## What each client says",
        "## Certificates",
        "## Evidence",
        "## Other findings",
        "## Follows from the cause",
        "## Not looked at",
        "## How to repeat it",
    ]
    for step in MISSING.remedies[0].steps:
        assert "```sh\n" + "\n".join(step.commands) + "\n```" in text
    assert MISSING.certificates[1].sha256 in text and MISSING.messages[0][1] in text and f"```sh\n{MISSING.repeat}\n```" in text


def test_many_platforms_are_named_not_shown() -> None:
    remedy = MISSING.remedies[0]
    many = tuple(RemedyStep(platform=f"Platform {number}", do="Do it.", commands=(f"command-{number}",)) for number in range(6))
    shown = report(replace(MISSING, remedies=(replace(remedy, steps=many),)))
    text = markdown.render(shown)
    assert "command-2" in text and "command-3" not in text
    assert "Also for Platform 3, Platform 4, Platform 5: `probe causes chain.intermediate-missing`" in text


def test_endless_lists_are_cut_and_say_so() -> None:
    text = markdown.render(report(replace(MISSING, findings=MISSING.findings * 500)))
    assert "more; the html and json formats have them all." in text
    assert len(text) < 100_000
