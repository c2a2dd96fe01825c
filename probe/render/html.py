"""The report as one self-contained page: no script, nothing loaded from elsewhere, everything from outside made visible and escaped."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from probe.facts.codec import text
from probe.render import chain_picture, timeline_picture, words
from probe.render.visible import visible, visible_lines
from probe.report import Report, Result

BLOCK, WIDEST = 6000, 4000
"""Lines and characters a line of a text to copy: a whole certificate fits, an endless one does not."""


def render(report: Report) -> str:
    """Write the page. The same report gives the same bytes."""
    environment = _environment()
    style = _template("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page: str = environment.get_template("report.html.j2").render(report=report, style=Markup(style), digest=digest)  # noqa: S704 -- our own file
    return page


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"block": _block, "moment": words.moment, "duration": words.duration, "visible": visible}
    environment.globals |= {
        "words": words,
        "chain_picture": chain_picture.draw,
        "timeline_picture": timeline_picture.draw,
        "certificates": _certificates,
        "embedded": _embedded,
    }
    return environment


def _finalize(value: Any) -> Any:
    """Whatever a template prints passes the filter, so that none can forget it; markup of our own has passed already."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _block(text: str | tuple[str, ...]) -> Markup:
    """Escape a text of several lines, or several such texts, to be copied."""
    texts = (text,) if isinstance(text, str) else text
    return Markup("\n").join(escape(line) for one in texts for line in visible_lines(one, WIDEST, BLOCK))


def _embedded(result: Result) -> Markup:
    """What was seen, as lines of base64: nothing in there can be taken for markup, a link or a word, neither by a browser nor by a mail program.

    It is not compressed: other versions of a compressor give other bytes, and the same report shall give the same page.
    """
    return Markup(base64.encodebytes(text(result.observation).encode("ascii")).decode("ascii"))  # noqa: S704 -- letters and digits only


def _certificates(result: Result, numbers: tuple[int, ...]) -> list[Any]:
    known = {one.number: one for one in result.certificates}
    return [known[number] for number in numbers if number in known]


@cache
def _template(name: str) -> str:
    """Read a template or the stylesheet: from the installed package, else (editable installation, checkout) from the folder beside it."""
    packed = files("probe").joinpath("_data", "templates", name)
    if packed.is_file():
        return packed.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "reports" / "templates" / name).read_text(encoding="utf-8")


def environment() -> Environment:
    """The templates with their filters, for another page of this kind."""
    return _environment()


def template(name: str) -> str:
    """A template or stylesheet as it is written."""
    return _template(name)
