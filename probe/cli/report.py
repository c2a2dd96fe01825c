"""probe report: a saved observation, judged again."""

from pathlib import Path
from typing import Annotated

import typer

from probe.cli.check import check_stack
from probe.cli.output import check_files, check_format, deliver

EXAMPLES = """Examples:

\b
  probe report before.json
  probe report before.json --trust new-root.pem --as java
  probe report before.json --at 2027-01-01 --format html --output january.html
  probe report report.html --format markdown --redact

Nothing is connected to. The same file gives the same report every time."""


def report(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Saved observations, HTML or JSON reports; - is standard input.")],
    trust: Annotated[list[str] | None, typer.Option(help="Judge with this trust instead: system, certifi, none, a file or a folder. Repeat to add up.")] = None,
    name: Annotated[str | None, typer.Option(help="Judge for this name instead.")] = None,
    stack: Annotated[str | None, typer.Option("--as", metavar="STACK", help="Judge as this client stack does.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Judge for this moment.")] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, json, html, markdown or junit.")] = "terminal",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report here instead of to standard output.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an HTML report besides.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace names and addresses by pseudonyms; leave out certificates and raw data.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for risks too.")] = False,
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Judge saved observations again, in any format, with another trust store, name, date or client stack; no network."""
    from probe.diagnose import diagnose
    from probe.jobs.check import stores, with_stores
    from probe.jobs.replay import all_saved, altered
    from probe.jobs.target import moment, reference
    from probe.report.compose import compose, exit_code

    check_format(form)
    check_files(output, html=html, inputs=(*files, *(trust or ())))
    check_stack(stack)
    when = moment(at)
    wanted = reference(name)
    every = [one for file in files for one in all_saved(file)]
    seen = [altered(one, name=wanted, stack=stack, at=when, trust=tuple(trust or ())) for one in every]
    if trust:
        trusted = stores(seen[0].target)
        seen = [with_stores(one, trusted) for one in seen]
    made = compose(tuple(diagnose(one) for one in seen))
    if redact:
        from probe.report.redact import redact as redacted

        made = redacted(made)
    deliver(made, form, output, html, color)
    return exit_code(made, strict)
