import unicodedata

import pytest

from probe.render.visible import LIMIT, cells, visible, visible_lines
from probe.render.wrapping import fit, wrap
from tests.render.sample import HOSTILE, LONG


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("CN=shop.example.test", "CN=shop.example.test"),
        ("Müller 東京 שלום", "Müller 東京 שלום"),
        ("a\u202eb", "a[U+202E]b"),
        ("\x1b[31m", "[U+001B][31m"),
        ("\x00\x00\x00", "[U+0000 x 3]"),
        ("\r\n\t", "[U+000D][U+000A][U+0009]"),
        ("\x9b2J", "[U+009B]2J"),
        ("\ud800", "[U+D800]"),
        ("\ue000", "[U+E000]"),
        ("\u0378", "[U+0378]"),
        ("a\u00a0b\u3000c", "a[U+00A0]b[U+3000]c"),
        ("\u2028\u2029", "[U+2028][U+2029]"),
        ("\u200b\ufeff\u00ad", "[U+200B][U+FEFF][U+00AD]"),
        ("pay\u3164pal\u2800", "pay[U+3164]pal[U+2800]"),
        ("\ufe0f\U000e0101\U000e0041", "[U+FE0F][U+E0101][U+E0041]"),
        ("e\u0301\u0302\u0303", "e\u0301\u0302\u0303"),
        ("e" + "\u0301" * 7, "e\u0301\u0301\u0301[combining marks x 4]"),
        ("\u0301a", "[combining marks x 1]a"),
        ("\x00\u0301", "[U+0000][combining marks x 1]"),
        ("[U+202E]", "[U+202E]"),
    ],
)
def test_shows_what_cannot_be_seen(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_no_code_point_gets_through_unseen() -> None:
    planes = [*range(0x20000), *range(0xE0000, 0xE0200), 0xF0000, 0xFFFFF, 0x10FFFD, 0x10FFFF]
    shown = visible("".join(map(chr, planes)), limit=10_000_000)
    unwanted = {one for one in shown if unicodedata.category(one)[0] == "C" or unicodedata.category(one) in ("Zl", "Zp") or (one.isspace() and one != " ")}
    assert unwanted == set()
    assert "[U+115F]" in shown
    assert "[U+FE00]" in shown


@pytest.mark.parametrize("flood", ["A", "\x00\x01", "\u202e", "e\u0301", "\u0301", "日", "\u0378\u0379"])
def test_long_texts_are_cut_and_say_how_long_they_are(flood: str) -> None:
    text = flood * (10_000 // len(flood))
    shown = visible(text)
    assert len(shown) <= LIMIT + 40
    assert shown.endswith("... [10,000 characters in all]") or len(set(text)) == 1


def test_a_text_at_the_limit_is_whole() -> None:
    assert visible("x" * LIMIT) == "x" * LIMIT
    assert visible("ü" * LIMIT) == "ü" * LIMIT
    assert visible("ü" * (LIMIT + 1)).endswith(f"[{LIMIT + 1} characters in all]")


def test_lines_are_kept_and_counted() -> None:
    assert visible_lines("a\r\nb\x1b\n\nc\n") == ["a", "b[U+001B]", "", "c"]
    assert visible_lines("x\n" * 1000, count=3) == ["x", "x", "x", "... [997 more lines]"]
    assert visible_lines("") == [""]


def test_columns_are_those_of_a_terminal() -> None:
    assert (cells("abc"), cells("日本"), cells("e\u0301")) == (3, 4, 1)


@pytest.mark.parametrize("width", [20, 80, 120])
@pytest.mark.parametrize("text", ["", "a b", "word " * 200, visible(HOSTILE), LONG, "日本語" * 60, "https://a.example.test/very/long/path-with-seams.der " * 5])
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, width, "  - ")
    assert all(cells(line) <= width for line in lines)
    assert all(line == line.rstrip() for line in lines)
    assert lines[0].startswith("  -")
    assert "".join("".join(lines).split())[1:] == "".join(text.split())


def test_long_words_break_after_punctuation() -> None:
    assert wrap("http://ca.example.test/issuing.der", 24) == ["http://ca.example.test/", "issuing.der"]


def test_fitting_says_that_something_is_missing() -> None:
    assert fit("one two three four", 9, 2) == ["one two", "three..."]
    assert fit("日本語日本語", 8) == ["日本..."]
    assert fit("short", 9) == ["short"]
