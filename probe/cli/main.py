"""The entry point: puts the commands together and turns what went wrong into a sentence and an exit code."""

import io
import os
import sys
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from probe import VERSION
from probe.cli.output import complain, leaving
from probe.facts.unusable import Unusable

COMMANDS = {
    "check": "check",
    "go-live": "golive",
    "inspect": "inspect",
    "trust": "trust",
    "compare": "compare",
    "listen": "listen",
    "report": "report",
    "causes": "causes",
    "profiles": "",
    "insights-hub": "",
    "lab": "",
    "demo": "demo",
}
"""Each command and the function of it in its module, which is called alike; "" for a group of commands, which has an ``app``."""

USAGE, DEFECT = 2, 4


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"probe {VERSION}")
        raise typer.Exit


def options(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")] = False) -> None:
    """Say why a TLS connection fails, who must change what, and prove it."""


def program(first: str = "") -> typer.Typer:
    """The command line: the command that the first word names, or all of them. To read and prepare those that are not called takes longer than a handshake."""
    app = typer.Typer(
        name="probe",
        help="Say why a TLS connection fails, who must change what, and prove it.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(options)
    for name in (first,) if first in COMMANDS else COMMANDS:
        module = import_module(f"probe.cli.{name.replace('-', '')}")
        if function := COMMANDS[name]:
            app.command(name, epilog=getattr(module, "EXAMPLES", None))(leaving(getattr(module, function)))
        else:
            app.add_typer(module.app, name=name)
    return app


def main() -> None:
    """Run the command line and leave with its exit code."""
    # A configuration meant for the system's OpenSSL changes the one bundled with cryptography too, in the middle of a diagnosis.
    if os.environ.pop("OPENSSL_CONF", None) is not None:
        os.environ["PROBE_DROPPED_OPENSSL_CONF"] = "1"
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal or pipe that knows only some letters gets the others as numbers.
        sys.stdout.reconfigure(errors="backslashreplace")
    leave(run(sys.argv[1:]))


def leave(code: int) -> NoReturn:
    """End the process with this exit code, at once when all that was said is written."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        # Nobody takes it any more; the interpreter has its own words and exit code for that.
        sys.exit(code)
    # Files, folders and servers are closed by now. The interpreter would still take all its modules apart: 7 of the 150 ms of a check.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and give its exit code. Usage errors are Typer's to tell (exit code 2), so is Ctrl-C outside of a check (130)."""
    try:
        program(*arguments[:1])(args=arguments, prog_name="probe")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Unusable as unusable:
        complain(unusable.says, unusable.next_step)
        return USAGE
    except Exception as error:
        complain(
            f"This is a defect of the probe ({type(error).__name__} in {_place(error)}).",
            "Please report it with the command and, if you can, a file saved with --save.",
        )
        return DEFECT
    return 0


def _place(error: BaseException) -> str:
    """File and line of our own code where a defect showed; never the text of the exception, which could quote anything."""
    where = error.__traceback__
    place = "unknown place"
    while where is not None:
        name = where.tb_frame.f_globals.get("__name__", "")
        if name.startswith("probe."):
            place = f"{name}:{where.tb_lineno}"
        where = where.tb_next
    return place
