"""A procedure as plain text: one line a step, what to do under those that need it, then tables and what is to be copied. ASCII for everything of ours."""

from probe.case.registration.remarks import State
from probe.render.visible import cells, visible
from probe.render.wrapping import wrap
from probe.report.procedure import Procedure

NARROW, WIDE = 80, 120
LINE = 16_000
"""Characters of one line of a block: a request with a certificate in it is one line."""
CELL = 64
_WORDS = {State.OK: "ok", State.NOTE: "note", State.DONE: "done", State.PROBLEM: "FAIL", State.OPEN: "OPEN"}
_STYLE = {State.OK: "32", State.NOTE: "33", State.DONE: "32", State.PROBLEM: "1;31", State.OPEN: "1;36"}
_INDENT = " " * 6


def render(found: Procedure, colour: bool, width: int) -> str:
    """Write the steps, a newline at the end. ``width`` is in columns; ``colour`` adds SGR sequences, nothing else changes."""
    width = min(max(width, NARROW), WIDE)
    lines = wrap(visible(found.title), width)
    for one in found.remarks:
        word = _WORDS[one.state]
        first, *rest = wrap(visible(one.says, 1200), width, f"{word:<6}", _INDENT)
        lines += [f"\x1b[{_STYLE[one.state]}m{word}\x1b[0m{first[len(word) :]}" if colour else first, *rest]
        lines += wrap(visible(one.next_step, 1200), width, f"{_INDENT}Next: ", _INDENT) if one.next_step else []
    if found.columns:
        lines += ["", *_table((found.columns, *found.rows))]
    if found.files:
        lines += ["", *(f"Written: {visible(one, 400)}" for one in found.files)]
    for block in found.blocks:
        lines += ["", *wrap(visible(block.title), width), *(f"  {visible(line, LINE)}".rstrip() for line in block.text.split("\n"))]
    if found.interrupted:
        lines += ["", "Interrupted."]
    return "\n".join(lines) + "\n"


def _table(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    shown = [[visible(cell, CELL) for cell in row] for row in rows]
    widths = [max(cells(row[place]) for row in shown) for place in range(len(shown[0]))]
    return ["  ".join(cell + " " * (wide - cells(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in shown]
