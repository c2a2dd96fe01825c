"""The list before going live as one page to print and sign: no script, nothing loaded from elsewhere, everything from outside made visible and escaped."""

import base64
import hashlib

from markupsafe import Markup

from probe.facts.codec import text
from probe.facts.observation import Observation
from probe.render.checklist_terminal import WORDS, counts, days
from probe.render.html import environment, template
from probe.render.words import CERTAINTIES
from probe.report.checklist import Checklist, Outcome

CLASSES = {Outcome.PASS: "works", Outcome.FAIL: "fails", Outcome.WARN: "depends", Outcome.NOT_DONE: "undecided"}
"""The classes of the stylesheet that go with the outcomes."""


def render(found: Checklist) -> str:
    """Write the page. The same list gives the same bytes."""
    style = template("style.css") + template("golive.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    failed = found.count(Outcome.FAIL, required=True)
    page: str = (
        environment()
        .get_template("golive.html.j2")
        .render(
            found=found,
            style=Markup(style),  # noqa: S704 -- our own files
            digest=digest,
            tone="works" if found.ready else "fails" if failed else "undecided",
            days=days(found),
            counts=counts(found),
            words=WORDS,
            classes=CLASSES,
            certainties=CERTAINTIES,
            embedded=_embedded,
        )
    )
    return page


def _embedded(seen: Observation) -> Markup:
    """What was seen, as lines of base64, as in every report."""
    return Markup(base64.encodebytes(text(seen).encode("ascii")).decode("ascii"))  # noqa: S704 -- letters and digits only
