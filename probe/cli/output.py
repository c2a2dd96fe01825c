"""What commands share: complaints, formats, and where a report goes."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import typer

from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.report import Report


P = ParamSpec("P")


def leaving(command: Callable[P, int]) -> Callable[P, None]:
    """Make of a command that gives its exit code one that leaves with it."""

    @wraps(command)
    def wrapped(*args: P.args, **named: P.kwargs) -> None:
        raise typer.Exit(command(*args, **named))

    return wrapped


def complain(says: str, next_step: str) -> None:
    """One sentence on standard error, and what to do next."""
    from probe.render.visible import visible

    typer.echo(f"probe: {visible(says, 600)}", err=True)
    if next_step:
        typer.echo(f"       {visible(next_step, 600)}", err=True)


def progress(target: str, doing: str) -> None:
    """One line on standard error for somebody who waits, only on a terminal."""
    from probe.render.visible import visible

    if sys.stderr.isatty():
        typer.echo(f"... {visible(f'{target}: {doing}', 200)}", err=True)


def colour(wanted: bool) -> bool:
    """Whether to colour: on a terminal only, and neither with --no-color nor with NO_COLOR (no-color.org)."""
    return wanted and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal, within what reads well."""
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        columns = 100
    return max(60, min(columns, 120))


def check_format(name: str) -> None:
    """Refuse a format that does not exist. Raises ``Unusable``."""
    from probe.render import FORMATS

    if name not in FORMATS:
        raise Unusable(f"There is no format {name!r}.", f"Choose one of {', '.join(FORMATS)}.")


def check_files(*files: Path | None) -> None:
    """Refuse files that cannot be written, before anything is done. Raises ``Unusable``."""
    for one in files:
        if one is not None and str(one) != "-":
            from probe.capture.write import check_writable  # most reports go to the terminal

            check_writable(one)


def deliver(report: "Report", form: str, output: Path | None, html: Path | None, coloured: bool) -> None:
    """Write a report where the user wants it: standard output or a file, and an HTML file besides. Raises ``Unusable``."""
    from probe.render import FORMATS

    if form == "terminal":
        from probe.render.terminal import render

        to_terminal = output is None or str(output) == "-"
        text = render(report, colour=to_terminal and colour(coloured), width=width() if to_terminal else 100)
    else:
        text = FORMATS[form](report)
    if output is None or str(output) == "-":
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    else:
        _write(output, text)
    if html is not None:
        _write(html, FORMATS["html"](report))


def _write(file: Path, text: str) -> None:
    from probe.capture.write import write

    write(file, text.encode("utf-8", "backslashreplace"))
