"""Elements of a picture inside a page: everything is escaped by construction, lengths are numbers or percentages."""

from markupsafe import Markup, escape

from probe.render.visible import visible

DESCRIPTION = 4000
"""Characters of what a picture says to readers who do not see it."""


def tag(name: str, *children: str | Markup, **attributes: str | float) -> Markup:
    """Write one SVG element. A ``str`` child or attribute is made visible and escaped, ``Markup`` (another element) goes in as it is.

    Attributes are spelled with underscores for hyphens (``text_anchor``), ``class_`` for class; numbers are written with at most two decimals.
    """
    written = Markup().join(Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value)) for key, value in attributes.items())
    inside = Markup().join(one if isinstance(one, Markup) else escape(visible(one)) for one in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, inside)


def picture(key: str, title: str, description: str, height: float, *children: Markup) -> Markup:
    """Write the outer ``svg``: as wide as its place, ``height`` pixels high, named for readers who do not see it. ``key`` makes the ids unique."""
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", escape(visible(description, DESCRIPTION)), id=f"{key}-desc"),
        *children,
        class_="picture",
        role="img",
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-desc",
        width="100%",
        height=height,
    )


def icon(tone: str, x: float, y: float) -> Markup:
    """Draw the sign of a tone in a disc of 20 pixels around (x, y): tick, cross, exclamation mark or question mark, so that no colour is needed."""
    strokes = {
        "good": "M-4.5 0.5 L-1.5 4 L5 -3.5",
        "bad": "M-4 -4 L4 4 M4 -4 L-4 4",
        "warn": "M0 -5.5 L0 1.5 M0 5 L0 5.4",
        "missing": "M-3 -2.5 C-3 -6.5 3.5 -6.5 3.5 -2.5 C3.5 0 0 0 0 2.2 M0 5.4 L0 5.6",
    }
    drawn = tag("path", d=strokes.get(tone, strokes["warn"]), class_="sign")
    return tag("g", tag("circle", r=10, class_=f"disc {tone}"), drawn, transform=f"translate({x:g} {y:g})")


def _value(value: str | float) -> str:
    return visible(value) if isinstance(value, str) else f"{round(value, 2):g}"
