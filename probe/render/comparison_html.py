"""Comparisons as one page: no script, nothing loaded from elsewhere, everything from outside made visible and escaped."""

import base64
import hashlib

from markupsafe import Markup

from probe import VERSION
from probe.facts.codec import text
from probe.facts.observation import Observation
from probe.render.html import environment, template
from probe.report.comparison import Comparison, Row, Weight

HINTS = (
    (Weight.MATTERS, "What differs", "Each of these changes what a client meets."),
    (Weight.NOTE, "What differs too", "For information: it explains the rest, or changes nothing by itself."),
)


def render(found: tuple[Comparison, ...]) -> str:
    """Write the page. The same comparisons give the same bytes."""
    style = template("style.css") + template("compare.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sides = [side for one in found for side in (one.left, one.right)]
    observations = tuple({id(side.observation): side.observation for side in sides if side.observation}.values())
    page: str = (
        environment()
        .get_template("compare.html.j2")
        .render(
            found=found,
            style=Markup(style),  # noqa: S704 -- our own files
            digest=digest,
            made_by=f"probe {VERSION}",
            answers=[("depends", "different") if one.differs else ("works", "the same") if one.decided else ("undecided", "undecided") for one in found],
            groups=_groups,
            same=_same,
            observations=observations,
            embedded=_embedded,
        )
    )
    return page


def _groups(one: Comparison) -> list[tuple[str, str, list[Row]]]:
    """The rows that differ, by what the difference does; what does not differ at all is not among them."""
    found = [(heading, hint, [row for row in one.rows if row.weight is weight]) for weight, heading, hint in HINTS]
    return [each for each in found if each[2]]


def _same(one: Comparison) -> list[Row]:
    return [row for row in one.rows if row.weight is Weight.SAME]


def _embedded(seen: Observation) -> Markup:
    """What was seen, as lines of base64, as in every report."""
    return Markup(base64.encodebytes(text(seen).encode("ascii")).decode("ascii"))  # noqa: S704 -- letters and digits only
