"""The list before going live as plain text: one line an item, what to do under those that did not pass. ASCII for everything of ours."""

from collections.abc import Callable

from probe.render.visible import visible
from probe.render.words import CERTAINTIES, moment
from probe.render.wrapping import wrap
from probe.report.checklist import Checklist, Group, Item, Outcome

NARROW, WIDE = 80, 120
WORDS = {Outcome.PASS: "PASS", Outcome.FAIL: "FAIL", Outcome.WARN: "WARN", Outcome.NOT_DONE: "OPEN"}
"""The outcome in four letters; OPEN is what was not done."""
_STYLE = {Outcome.PASS: "32", Outcome.FAIL: "1;31", Outcome.WARN: "33", Outcome.NOT_DONE: "1;36"}
_INDENT = "        "

Paint = Callable[[str, str], str]


def render(found: Checklist, colour: bool, width: int) -> str:
    """Write the list, a newline at the end. ``width`` is in columns; ``colour`` adds SGR sequences, nothing else changes."""
    width = min(max(width, NARROW), WIDE)
    paint: Paint = (lambda text, style: f"\x1b[{style}m{text}\x1b[0m") if colour else (lambda text, _style: text)
    lines = [paint(line, "1") for line in wrap(visible(found.title), width)]
    lines += wrap(visible(found.sentence), width)
    lines += wrap(f"Judged for {days(found)}. Looked at {moment(found.began)}.", width)
    for one in found.remarks:
        lines += wrap(visible(one), width)
    for group in found.groups:
        lines += ["", *_group(group, paint, width)]
    lines += ["", *wrap(counts(found), width)]
    return "\n".join(lines) + "\n"


def days(found: Checklist) -> str:
    """The days that were judged, in words."""
    day = f"{found.begin:%Y-%m-%d}" if found.begin.date() == found.end.date() else f"{found.begin:%Y-%m-%d} to {found.end:%Y-%m-%d}"
    return f"{day} and until {found.until:%Y-%m-%d} (UTC)"


def counts(found: Checklist) -> str:
    """How many items have which outcome."""
    parts = [f"{found.count(one)} {word}" for one, word in WORDS.items()]
    optional = sum(1 for one in found.items if not one.required)
    return f"{', '.join(parts)}; {optional} of {len(found.items)} not required."


def _group(group: Group, paint: Paint, width: int) -> list[str]:
    way = "the partner calls us" if group.direction == "in" else "we call"
    lines = [paint(line, "1") for line in wrap(f"{visible(group.name)} ({way}): {visible(group.target)}", width)]
    for item in group.items:
        lines += _item(item, paint, width)
    for label, value in group.circumstances:
        lines += wrap(f"{visible(label)}: {visible(value)}", width, "  ", _INDENT)
    if group.repeat:
        lines += ["  Alone, with all details:", f"    {visible(group.repeat, 4000)}"]
    return lines


def _item(item: Item, paint: Paint, width: int) -> list[str]:
    word = WORDS[item.outcome]
    about = f" ({visible(item.about, 253)})" if item.about else ""
    optional = "" if item.required else " [not required]"
    first, *rest = wrap(f"{visible(item.title)}{about}{optional}", width, f"  {word}  ", _INDENT)
    lines = [first.replace(word, paint(word, _STYLE[item.outcome]), 1), *rest]
    lines += wrap(visible(item.says, 1200), width, _INDENT)
    for one in item.faults[:4]:
        lines += wrap(f"{visible(one.code)} ({CERTAINTIES[one.certainty]}). Who acts: {visible(one.owner_text)}", width, _INDENT)
    return lines
