"""The chain as boxes, the server's own certificate on top, the root at the foot: presented, missing, trusted, expired at a glance."""

from collections.abc import Sequence

from markupsafe import Markup

from probe.render.svg import icon, picture, tag
from probe.render.visible import visible
from probe.render.words import TONES, tone
from probe.render.wrapping import fit
from probe.report import ChainBox

MOST = 12
"""Boxes that are drawn. No honest chain is longer; the page lists every certificate anyway."""

TITLE, TEXT = 32, 38
"""Characters a line, so that the picture needs no scaling on a telephone of 380 pixels."""

_LEFT, _LINE, _PAD, _GAP = 44, 18, 12, 40


def draw(boxes: Sequence[ChainBox], key: str) -> Markup:
    """Draw the chain as one SVG element; ``key`` (a name of ours) makes its ids unique in the page."""
    drawn: list[Markup] = []
    y = 1.0
    for index, box in enumerate(boxes[:MOST]):
        last = index == len(boxes) - 1
        shown, height = _box(box, y)
        drawn.append(shown)
        y += height
        if not last or box.edge:
            shown, height = _edge(box, last, y)
            drawn.append(shown)
            y += height
    if len(boxes) > MOST:
        drawn.append(tag("text", f"and {len(boxes) - MOST} more", x=_LEFT, y=y + 14))
        y += 24
    return picture(f"{key}-chain", "The certificate chain", describe(boxes), y + 1, *drawn)


def describe(boxes: Sequence[ChainBox]) -> str:
    """Say the picture in words, for readers who do not see it."""
    said = []
    for box in boxes[:MOST]:
        words = [f"{TONES[tone(box.tone)]}: {visible(box.title, 200)}", visible(box.place, 200), *(visible(one, 200) for one in box.lines)]
        said.append(", ".join(one for one in words if one) + (f". Next: {visible(box.edge, 200)}" if box.edge else ""))
    return ". ".join(said)


def _box(box: ChainBox, y: float) -> tuple[Markup, float]:
    kind = tone(box.tone)
    title = visible(f"{box.number}. {box.title}" if box.number is not None else box.title)
    rows = [(one, "name") for one in fit(title, TITLE, 2)]
    for text in (box.place, *box.lines[:8]):
        rows += [(one, "note") for one in fit(visible(text), TEXT, 2)] if text else []
    height = 2 * _PAD + _LINE * len(rows)
    texts = [tag("text", row, x=0, y=_PAD + _LINE * (number + 1) - 5, class_=style) for number, (row, style) in enumerate(rows)]
    # The inner svg clips: no font, however wide, runs out of its box.
    inner = tag("svg", *texts, x=_LEFT, y=y, width="100%", height=height)
    frame = tag("rect", x=1, y=y, width="99.4%", height=height, rx=8, class_=f"box {kind}")
    whole = ", ".join(one for one in (title, visible(box.place), *(visible(one) for one in box.lines)) if one)
    return tag("g", tag("title", f"{TONES[kind]}: {whole}"), frame, icon(kind, 22, y + _PAD + 10), inner), height


def _edge(box: ChainBox, last: bool, y: float) -> tuple[Markup, float]:
    kind = tone(box.edge_tone) if box.edge else "good"
    rows = fit(visible(box.edge), TEXT, 3) if box.edge else ["signed by"]
    height = max(_GAP, 16 + _LINE * len(rows))
    line = tag("line", x1=22, y1=y, x2=22, y2=y + height - (10 if last else 7), class_=f"edge {kind}")
    foot = y + height
    arrow = tag("path", d=f"M17 {foot - 9:g} L22 {foot - 1:g} L27 {foot - 9:g} Z", class_=f"head {kind}")
    end = icon("missing", 22, foot - 12) if last else arrow
    texts = [tag("text", row, x=0, y=(height - _LINE * len(rows)) / 2 + _LINE * (number + 1) - 5, class_="note") for number, row in enumerate(rows)]
    return tag("g", tag("title", box.edge or "signed by"), line, end, tag("svg", *texts, x=_LEFT, y=y, width="100%", height=height)), height
