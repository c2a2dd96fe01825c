"""probe lab: broken and mended endpoints on this machine, to try."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probe.cli.output import leaving
from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.lab.scenario import Opens, Scenario

COMMAND = 8000
"""Characters of a command that are shown."""
app = typer.Typer(help="Broken and mended endpoints on loopback, to try the probe and to learn.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
@leaving
def list_() -> int:
    """List the scenarios, each with one line."""
    from probe.lab.scenario import all_scenarios

    every = all_scenarios()
    widest = max(len(one.code) for one in every)
    for one in every:
        typer.echo(f"{one.code:<{widest}}  {one.title}")
    return 0


@app.command()
@leaving
def show(code: Annotated[str, typer.Argument(metavar="CODE", help="The scenario, named by the cause that it shows.")]) -> int:
    """Say what a scenario sets up, and with which command it is checked."""
    from probe.lab.stage import Stage

    one = _scenario(code)
    typer.echo(f"{one.code}: {one.title}\n")
    typer.echo(f"broken  {one.broken_title}\nmended  {one.mended_title}")
    for variant in one.variants:
        typer.echo(f"{variant.name}  {variant.title}")
    with Stage() as stage:
        scene = one.broken(stage)
        typer.echo(f"\nThe check of the broken one looks like this:\n  probe {scene.command} {shlex.join(scene.arguments)}")
        if scene.note:
            typer.echo(f"\n{scene.note}")
    typer.echo(f"\nTo have it running: probe lab serve {one.code}")
    return 0


@app.command()
@leaving
def serve(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The scenario, named by the cause that it shows.")],
    mended: Annotated[bool, typer.Option("--mended", help="Serve the mended one.")] = False,
    variant: Annotated[str | None, typer.Option(metavar="NAME", help="Serve this variant.")] = None,
) -> int:
    """Serve a scenario on loopback until Ctrl-C, and print the command that checks it."""
    from probe.lab.stage import Stage
    from probe.lab.waiting import wait

    one = _scenario(code)
    with Stage() as stage:
        scene = _opens(one, mended, variant)(stage)
        typer.echo(f"probe {scene.command} {shlex.join(scene.arguments)}")
        if scene.note:
            typer.echo(scene.note, err=True)
        typer.echo("Serving on loopback until Ctrl-C.", err=True)
        wait()
    return 0


@app.command()
@leaving
def reproduce(
    observation: Annotated[Path, typer.Argument(metavar="OBSERVATION", help="A file that was written with probe check --save.")],
    as_is: Annotated[bool, typer.Option("--as-is", help="Keep the dates in the certificates; otherwise they move with the calendar.")] = False,
    only_print: Annotated[bool, typer.Option("--print", help="Print the copied certificates as PEM and stop.")] = False,
) -> int:
    """Serve a copy of an observed endpoint on loopback until Ctrl-C: same names, same faults, same behaviour, with fresh keys."""
    from probe.facts.certificate import pem, title
    from probe.jobs.replay import saved
    from probe.lab.reproduce import reproduce as copy
    from probe.lab.stage import Stage
    from probe.lab.waiting import wait
    from probe.render.visible import visible

    seen = saved(observation)
    if seen.target.listening:
        says = f"{observation} is about calls to this machine: there is no endpoint in it to copy."
        raise Unusable(says, "Name a file that was written with probe check --save.")
    with Stage() as stage:
        try:
            made = copy(stage, seen, as_is=as_is)
        except OSError as error:
            raise Unusable(f"The copy cannot be served on this machine ({error.strerror or error}).", "Free some ports and addresses of 127.0.0.0/8.") from None
        for one in made.losses:
            typer.echo(f"Not copied: {visible(one)}", err=True)
        if only_print:
            for number, certificate in enumerate(made.chain, 1):
                typer.echo(f"# {number}: {visible(title(certificate))}\n{pem(certificate)}", nl=False)
            return 0
        typer.echo(visible(f"probe check {shlex.join(made.arguments)}", COMMAND))
        typer.echo(f"Serving on loopback until Ctrl-C. The trust store is in {stage.folder}.", err=True)
        wait()
    return 0


def _scenario(code: str) -> "Scenario":
    from probe.lab.scenario import codes, scenario

    found = scenario(code)
    if found is None:
        near = [one for one in codes() if code in one]
        raise Unusable(f"There is no scenario {code!r}.", f"Did you mean {', '.join(near[:3])}?" if near else "probe lab list shows them all.")
    return found


def _opens(one: "Scenario", mended: bool, variant: str | None) -> "Opens":
    if variant is None:
        return one.mended if mended else one.broken
    found = next((other for other in one.variants if other.name == variant), None)
    if found is None:
        names = ", ".join(other.name for other in one.variants) or "none"
        raise Unusable(f"The scenario {one.code} has no variant {variant!r}.", f"It has: {names}.")
    return found.open
