"""The check as a waterfall: each attempt with its steps as bars over one axis of time, and marks for what came and went on the wire."""

from collections.abc import Sequence
from math import ceil, floor, isfinite, log10

from markupsafe import Markup

from probe.render.svg import picture, tag
from probe.render.visible import visible
from probe.render.words import TONES, duration, tone
from probe.render.wrapping import fit
from probe.report import TimelineBar, TimelineRow

MOST_ROWS, MOST_BARS, MOST_EVENTS = 24, 12, 24
"""What is drawn; the table below the picture has the rest."""

_TITLE, _TEXT, _LINE, _BAR = 40, 46, 18, 10


def draw(rows: Sequence[TimelineRow], key: str) -> Markup:
    """Draw the rows as one SVG element; ``key`` (a name of ours) makes its ids unique in the page."""
    whole = span(rows)
    drawn: list[Markup] = []
    y = 0.0
    for row in rows[:MOST_ROWS]:
        shown, y = _row(row, y, whole)
        drawn.append(shown)
    if len(rows) > MOST_ROWS:
        drawn.append(tag("text", f"and {len(rows) - MOST_ROWS} more", x=0, y=y + 16, class_="note"))
        y += 24
    grid = [_tick(at, whole, y) for at in ticks(whole)]
    return picture(f"{key}-timeline", "The attempts in time", describe(rows), y + 22, *grid, *drawn)


def describe(rows: Sequence[TimelineRow]) -> str:
    """Say the picture in words, for readers who do not see it."""
    said = []
    for row in rows[:MOST_ROWS]:
        bars = [f"{visible(bar.label, 80)} took {duration(bar.took)}, {visible(bar.says, 200) or TONES[tone(bar.tone)]}" for bar in row.bars[:MOST_BARS]]
        said.append(f"{visible(row.title, 120)}: {'; '.join(bars)}")
    return ". ".join(said)


def span(rows: Sequence[TimelineRow]) -> float:
    """Return the seconds that the axis shows, never zero."""
    return max([_sane(bar.started) + _sane(bar.took) for row in rows for bar in row.bars], default=0.0) or 0.001


def ticks(whole: float) -> list[float]:
    """Return three to six round times from zero on within ``whole`` seconds."""
    power = 10.0 ** floor(log10(whole))
    step = next(power * one for one in (0.25, 0.5, 1.0, 2.0, 5.0) if whole / (power * one) <= 5)
    return [step * number for number in range(ceil(whole / step)) if step * number <= whole * 0.92] or [0.0]


def _row(row: TimelineRow, y: float, whole: float) -> tuple[Markup, float]:
    parts: list[Markup] = []
    for line in fit(visible(row.title), _TITLE, 2):
        parts.append(tag("text", line, x=0, y=y + 14, class_="name"))
        y += _LINE
    for bar in row.bars[:MOST_BARS]:
        shown, y = _bar(bar, y, whole)
        parts.append(shown)
    return tag("g", *parts), y + 14


def _bar(bar: TimelineBar, y: float, whole: float) -> tuple[Markup, float]:
    kind = tone(bar.tone)
    words = f"{visible(bar.label, 80)}, {duration(bar.took)}" + (f": {visible(bar.says, 300)}" if bar.says else "")
    parts = [tag("title", f"{TONES[kind]}: {words}")]
    for line in fit(words if kind == "good" else f"{TONES[kind]}: {words}", _TEXT, 2):
        parts.append(tag("text", line, x=0, y=y + 14, class_="note"))
        y += _LINE
    y += 4
    left, wide = _percent(bar.started, whole), _percent(bar.took, whole)
    parts += [
        tag("rect", x=0, y=y + 1, width="100%", height=_BAR, rx=3, class_="track"),
        # A step of a millisecond beside one of ten seconds must still be seen: never less than three pixels.
        tag("rect", x=f"{left:.2f}%", y=y + 1, width=3, height=_BAR, rx=1.5, class_=f"bar {kind}"),
        tag("rect", x=f"{left:.2f}%", y=y + 1, width=f"{wide:.2f}%", height=_BAR, rx=3, class_=f"bar {kind}"),
    ]
    for event in bar.events[:MOST_EVENTS]:
        way = "sent" if event.sent else "received"
        # Sent points away from us (up), received towards us (down); the direction is also said in the table.
        shape = f"M-4 {y + _BAR + 6:g} L0 {y + 1:g} L4 {y + _BAR + 6:g} Z" if event.sent else f"M-4 {y - 4:g} L0 {y + _BAR + 1:g} L4 {y - 4:g} Z"
        mark = tag("path", tag("title", f"{duration(event.at)}, {way}: {visible(event.says, 200)}"), d=shape, class_=f"event {tone(event.tone)}")
        parts.append(tag("svg", mark, x=f"{_percent(event.at, whole):.2f}%", y=0, overflow="visible"))
    return tag("g", *parts), y + _BAR + 10


def _tick(at: float, whole: float, height: float) -> Markup:
    x = f"{_percent(at, whole):.2f}%"
    return tag("g", tag("line", x1=x, y1=0, x2=x, y2=height, class_="grid"), tag("text", duration(at) if at else "0", x=x, y=height + 16, class_="note tick"))


def _percent(at: float, whole: float) -> float:
    # The last four per cent stay free for the smallest bar and the last mark.
    return min(_sane(at) / whole, 1.0) * 96


def _sane(seconds: float) -> float:
    """A saved file may hold any number."""
    return min(max(seconds, 0.0), 1e6) if isfinite(seconds) else 0.0
