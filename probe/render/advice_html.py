"""The advice which certificate to install as one page: no script, nothing loaded from elsewhere, everything from outside made visible and escaped."""

import base64
import hashlib

from markupsafe import Markup

from probe.facts.codec import text
from probe.facts.observation import Observation
from probe.render.advice_terminal import ANSWERS, TONES
from probe.render.html import environment, template
from probe.report.advice import AdviceReport


def render(report: AdviceReport) -> str:
    """Write the page. The same advice gives the same bytes."""
    style = template("style.css") + template("advice.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page: str = (
        environment()
        .get_template("advice.html.j2")
        .render(
            report=report,
            style=Markup(style),  # noqa: S704 -- our own files
            digest=digest,
            answers=ANSWERS,
            tones=TONES,
            known={number: {one.number: one for one in advice.certificates} for number, advice in enumerate(report.advices)},
            embedded=_embedded,
        )
    )
    return page


def _embedded(seen: Observation) -> Markup:
    """What was seen, as lines of base64, as in every report."""
    return Markup(base64.encodebytes(text(seen).encode("ascii")).decode("ascii"))  # noqa: S704 -- letters and digits only
