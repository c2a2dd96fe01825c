"""Comparisons as plain text, JSON and Markdown. What differs comes first; what is the same is one line."""

import json
from collections.abc import Callable
from typing import Any

from probe.facts.codec import dump
from probe.render.markdown import escaped
from probe.render.visible import visible
from probe.render.words import moment
from probe.render.wrapping import wrap
from probe.report.comparison import Comparison, Row, Weight

NARROW, WIDE = 80, 120
SCHEMA = 1
WORDS = {Weight.SAME: "same", Weight.NOTE: "differs", Weight.MATTERS: "DIFFERS"}


def terminal(found: tuple[Comparison, ...], colour: bool, width: int) -> str:
    """Write the comparisons, a newline at the end."""
    width = min(max(width, NARROW), WIDE)
    paint: Callable[[str, str], str] = (lambda text, style: f"\x1b[{style}m{text}\x1b[0m") if colour else (lambda text, _style: text)
    parts = [_terminal(one, paint, width) for one in found]
    return f"\n{'-' * width}\n".join("\n".join(part) + "\n" for part in parts)


def _terminal(one: Comparison, paint: Callable[[str, str], str], width: int) -> list[str]:
    word = "DIFFERENT" if one.differs else "THE SAME" if one.decided else "UNDECIDED"
    lines = [*wrap(visible(one.sentence), width, f"{word}  ", "  "), ""]
    lines[0] = paint(word, "1;31" if one.differs else "1;32" if one.decided else "1;36") + lines[0][len(word) :]
    for letter, side in (("A", one.left), ("B", one.right)):
        lines += wrap(f"{visible(side.label)}, seen {moment(side.taken_at)}", width, f"  {letter}  ", "     ")
    for row in sorted((row for row in one.rows if row.weight is not Weight.SAME), key=lambda row: row.weight is not Weight.MATTERS):
        lines += ["", *_row(row, paint, width)]
    same = [row.label for row in one.rows if row.weight is Weight.SAME]
    return lines + (["", *wrap(visible(", ".join(same)), width, "The same on both sides: ", "  ")] if same else [])


def _row(row: Row, paint: Callable[[str, str], str], width: int) -> list[str]:
    lines = [paint(visible(row.label), "1") + ("" if row.weight is Weight.MATTERS else " (for information)")]
    lines += [*wrap(visible(row.left), width, "  A  ", "     "), *wrap(visible(row.right), width, "  B  ", "     ")]
    return lines + (wrap(visible(row.means), width, "  => ", "     ") if row.means else [])


def as_json(found: tuple[Comparison, ...]) -> str:
    """Write one document: ASCII only, a newline at the end."""
    document = {"schema": SCHEMA, "comparisons": [_json(one) for one in found]}
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _json(one: Comparison) -> dict[str, Any]:
    return {
        "differs": one.differs,
        "decided": one.decided,
        "sentence": one.sentence,
        "sides": [{"label": side.label, "taken_at": dump(side.taken_at), "verdict": side.verdict} for side in (one.left, one.right)],
        "rows": [{"label": row.label, "left": row.left, "right": row.right, "weight": row.weight.value, "means": row.means} for row in one.rows],
    }


def markdown(found: tuple[Comparison, ...]) -> str:
    """Write one table for each comparison."""
    lines = []
    for one in found:
        lines += [f"# {'Different' if one.differs else 'The same' if one.decided else 'Undecided'}", "", escaped(one.sentence), ""]
        lines += [f"- {letter}: {escaped(side.label)}, seen {moment(side.taken_at)}" for letter, side in (("A", one.left), ("B", one.right))]
        lines += ["", "| | A | B | What it means |", "| --- | --- | --- | --- |"]
        lines += [f"| {escaped(row.label)} ({WORDS[row.weight]}) | {escaped(row.left)} | {escaped(row.right)} | {escaped(row.means)} |" for row in one.rows]
        lines.append("")
    return "\n".join(lines)
