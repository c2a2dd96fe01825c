"""probe report: a saved observation, judged again."""

from pathlib import Path
from typing import Annotated

import typer

from probe.cli.check import check_stack
from probe.cli.output import ask_password, check_files, check_format, deliver

EXAMPLES = """Examples:

\b
  probe report before.json
  probe report before.json --trust new-root.pem --as java
  probe report before.json --pin partner.pem --public none
  probe report before.json --at 2027-01-01 --format html --output january.html
  probe report report.html --format markdown --redact

Nothing is connected to. The same file gives the same report every time."""


def report(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Saved observations, HTML or JSON reports; - is standard input.")],
    trust: Annotated[
        list[str] | None, typer.Option(help="Judge with this trust instead: system, certifi, none, java[:HOME], a file or a folder. Repeat to add up.")
    ] = None,
    trust_password_env: Annotated[str | None, typer.Option(metavar="NAME", help="The environment variable that holds the password of the trust store.")] = None,
    name: Annotated[str | None, typer.Option(help="Judge for this name instead.")] = None,
    stack: Annotated[str | None, typer.Option("--as", metavar="STACK", help="Judge as this client stack does.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Judge for this moment.")] = None,
    pin: Annotated[str | None, typer.Option(metavar="FILE|SHA256", help="The exact certificate that the server was expected to send.")] = None,
    public: Annotated[str | None, typer.Option(metavar="SOURCE", help="Judge with this list of public authorities: certifi, none, a file or a folder.")] = None,
    revocation: Annotated[
        str | None, typer.Option(metavar="off|soft|hard", help="How to treat what was recorded about revocation; nothing more is asked.")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, json, html, markdown or junit.")] = "terminal",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report here instead of to standard output.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an HTML report besides.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace names and addresses by pseudonyms; leave out certificates and raw data.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for risks too.")] = False,
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Judge saved observations again, in any format, with another trust store, name, date, client stack or pin; no network."""
    from probe.capture.store_password import StorePassword
    from probe.capture.stores import load
    from probe.case.called import apart
    from probe.diagnose import diagnose
    from probe.jobs.check import stores, with_stores
    from probe.jobs.pin import pinned
    from probe.jobs.replay import all_saved, altered, with_public
    from probe.jobs.target import moment, reference, revocation_mode
    from probe.report.compose import compose, exit_code

    check_format(form)
    check_files(output, html=html, inputs=(*files, *(trust or ()), pin, public))
    check_stack(stack)
    when = moment(at)
    wanted = reference(name)
    every = [one for file in files for saved in all_saved(file) for one in apart(saved)]
    expected, mode = pinned(pin), revocation_mode(revocation) if revocation is not None else None
    seen = [altered(one, name=wanted, stack=stack, at=when, trust=tuple(trust or ()), pin=expected, revocation=mode) for one in every]
    if trust:
        trusted = stores(seen[0].target, StorePassword(trust_password_env or "", ask_password))
        seen = [with_stores(one, trusted) for one in seen]
    if public is not None:
        listed = load(public) if public != "none" else None
        seen = [with_public(one, public, listed) for one in seen]
    made = compose(tuple(diagnose(one) for one in seen))
    if redact:
        from probe.report.redact import redact as redacted

        made = redacted(made)
    deliver(made, form, output, html, color)
    return exit_code(made, strict)
