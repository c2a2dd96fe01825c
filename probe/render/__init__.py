"""One function a format, from a ``Report`` to text. Nothing here decides anything, and nothing here reads a clock, a file of the user or the network."""

from collections.abc import Callable

from probe.report import Report


def _terminal(report: Report) -> str:
    from probe.render import terminal

    return terminal.render(report, colour=False, width=100)


def _json(report: Report) -> str:
    from probe.render import json

    return json.render(report)


def _html(report: Report) -> str:
    # Imported late: Jinja2 costs every other format its start-up time.
    from probe.render import html

    return html.render(report)


def _markdown(report: Report) -> str:
    from probe.render import markdown

    return markdown.render(report)


def _junit(report: Report) -> str:
    from probe.render import junit

    return junit.render(report)


FORMATS: dict[str, Callable[[Report], str]] = {"terminal": _terminal, "json": _json, "html": _html, "markdown": _markdown, "junit": _junit}
"""Format name to the function that writes it. A terminal with colours or a width of its own calls ``probe.render.terminal.render``."""
