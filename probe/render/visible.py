"""One filter between what came from outside and any eye: what cannot be seen, or would move other text, is named instead."""

from unicodedata import category, east_asian_width

LIMIT = 600
"""Characters of one string that are shown unless the caller says otherwise."""

MARKS = 3
"""Combining marks kept on one base character; living languages need no more, a flood of them paints over the neighbouring lines."""

# Printable by category, blank to the eye: joiners, Hangul fillers, Khmer inherent vowels, Mongolian and other variation selectors, Braille blank.
_BLANK = frozenset(
    [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)


def visible(text: str, limit: int = LIMIT) -> str:
    """Return ``text`` for display: one line, about ``limit`` characters, with nothing in it that a terminal or a browser would obey.

    Control, format (bidi included), surrogate, private-use and unassigned characters, every space but U+0020 and invisible letters become ``[U+202E]``,
    runs of one of them ``[U+0000 x 400]``. More than ``MARKS`` combining marks in a row are counted instead of shown.
    A longer text is cut, and the cut says how long the whole is. Line feeds are control characters too: see ``visible_lines``.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    length = index = marks = 0
    while index < len(text):
        piece, index, marks = _piece(text, index, marks)
        length += len(piece)
        if length > limit:
            return f"{''.join(shown)}... [{len(text):,} characters in all]"
        shown.append(piece)
    return "".join(shown)


def visible_lines(text: str, limit: int = LIMIT, count: int = 400) -> list[str]:
    """Return a text of several lines as visible lines of ``limit`` characters, at most ``count`` of them; a last line says how many were left out."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n", count)
    shown = [visible(line, limit) for line in lines[:count]]
    if len(lines) > count:
        shown.append(f"... [{lines[count].count(chr(10)) + 1:,} more lines]")
    return shown


def cells(text: str) -> int:
    """Return how many columns of a terminal a visible text takes: wide East Asian characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if category(one) in ("Mn", "Me") else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def _piece(text: str, index: int, marks: int) -> tuple[str, int, int]:
    """What to show for the text from ``index`` on, where to go on, and how many marks the present base character carries."""
    one = text[index]
    if not one.isprintable() or ord(one) in _BLANK:
        end = _run(text, index, one)
        # Afterwards a mark has a bracket as its base, which is ours: it may carry none.
        return f"[U+{ord(one):04X}]" if end == index + 1 else f"[U+{ord(one):04X} x {end - index:,}]", end, MARKS
    if one.isascii() or category(one)[0] != "M":
        return one, index + 1, 0
    if marks < MARKS and index:
        return one, index + 1, marks + 1
    end = index
    while end < len(text) and text[end].isprintable() and ord(text[end]) not in _BLANK and category(text[end])[0] == "M":
        end += 1
    return f"[combining marks x {end - index:,}]", end, MARKS


def _run(text: str, index: int, one: str) -> int:
    end = index + 1
    while end < len(text) and text[end] == one:
        end += 1
    return end
