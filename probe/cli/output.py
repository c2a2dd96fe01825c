"""What commands share: complaints, formats, and where a report goes."""

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import typer

from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.report import Report


P = ParamSpec("P")
INTERRUPTED = 130


def leaving(command: Callable[P, int]) -> Callable[P, None]:
    """Make of a command that gives its exit code one that leaves with it."""

    @wraps(command)
    def wrapped(*args: P.args, **named: P.kwargs) -> None:
        try:
            code = command(*args, **named)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BrokenPipeError:
            # Who only wanted the first lines has them.
            forsaken()
            code = 0
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise _unprintable(error) from None
        raise typer.Exit(code)

    return wrapped


def forsaken() -> None:
    """Let what is still to be printed go nowhere, as nobody reads it any more; else the interpreter complains when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def check_output() -> None:
    """Refuse to work for a standard output that is closed. Raises ``Unusable``."""
    if sys.stdout is None:
        raise Unusable("The standard output is closed.", "Leave it open, or write to a file with --output FILE.")


def show(text: str) -> None:
    """Print a whole report. A reader that goes away has read enough. Raises ``Unusable`` when it cannot be written."""
    check_output()
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        forsaken()
    except OSError as error:
        raise _unprintable(error) from None


def _unprintable(error: OSError) -> Unusable:
    forsaken()
    why = "no space is left" if error.errno == errno.ENOSPC else f"errno {error.errno}"
    return Unusable(f"The standard output cannot be written ({why}).", "Send it to another place.")


def complain(says: str, next_step: str) -> None:
    """One sentence on standard error, and what to do next."""
    from probe.render.visible import visible

    typer.echo(f"probe: {visible(says, 600)}", err=True)
    if next_step:
        typer.echo(f"       {visible(next_step, 600)}", err=True)


def ask_password(what: str) -> str | None:
    """Ask for the password of a file, without showing what is typed; ``None`` when nobody sits at a terminal."""
    from probe.render.visible import visible

    if sys.stdin is None or sys.stderr is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    try:
        said: str = typer.prompt(f"Password of {visible(what, 200)}", hide_input=True, default="", show_default=False, err=True)
    except typer.Abort:
        raise typer.Exit(INTERRUPTED) from None
    return said


def progress(target: str, doing: str) -> None:
    """One line on standard error for somebody who waits, only on a terminal."""
    from probe.render.visible import visible

    if sys.stderr is not None and sys.stderr.isatty():
        typer.echo(f"... {visible(f'{target}: {doing}', 200)}", err=True)


def colour(wanted: bool) -> bool:
    """Whether to colour: on a terminal only, and neither with --no-color nor with NO_COLOR (no-color.org)."""
    return wanted and sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal, or as COLUMNS says, within what reads well; 100 where there is neither."""
    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 120))


def check_format(name: str) -> None:
    """Refuse a format that does not exist. Raises ``Unusable``."""
    from probe.render import FORMATS

    if name not in FORMATS:
        raise Unusable(f"There is no format {name!r}.", f"Choose one of {', '.join(FORMATS)}.")


def check_files(output: Path | None, *, html: Path | None = None, save: Path | None = None, inputs: Iterable[str | Path | None] = ()) -> None:
    """Refuse places that cannot be written, or that would overwrite each other or what is read, before anything is done. Raises ``Unusable``.

    ``output`` is where the report goes, ``None`` or ``-`` for standard output. ``inputs`` are files that are read; words that name no file do no harm.
    """
    if output is None or str(output) == "-":
        check_output()
    places = [("--output", output if str(output) != "-" else None), ("--html", html), ("--save", save)]
    named = [(option, one) for option, one in places if one is not None]
    for number, (option, one) in enumerate(named):
        from probe.capture.write import check_writable, overwrites  # most reports go to the terminal

        if str(one) == "-":
            raise Unusable(f"{option} writes to a file, not to standard output.", "Name a file.")
        check_writable(one)
        for other, before in named[:number]:
            if overwrites(one, before):
                raise Unusable(f"{other} and {option} name the same file, {one}.", "Name two files.")
        if any(overwrites(one, Path(source)) for source in inputs if source):
            raise Unusable(f"{option} would overwrite {one}, which is read by this command.", "Name another file.")


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
        show(text)
    else:
        _write(output, text)
    if html is not None:
        _write(html, FORMATS["html"](report))


def _write(file: Path, text: str) -> None:
    from probe.capture.write import write

    write(file, text.encode("utf-8", "backslashreplace"))
