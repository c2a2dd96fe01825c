"""probe demo: the whole thing on this machine in one minute."""

from pathlib import Path
from typing import Annotated

import typer

from probe.cli.output import check_files, colour, width

SHOWN = ("chain.intermediate-missing", "chain.expired", "name.mismatch", "tls.not-tls", "chain.root-untrusted")
"""Five faults that people meet every week; the first is shown mended too."""


def demo(
    html: Annotated[Path, typer.Option(metavar="FILE", help="Where the HTML report is written.")] = Path("probe-demo.html"),
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Make broken and healthy endpoints on loopback, check them, print the diagnoses, and write one HTML report."""
    from probe.capture.write import write
    from probe.cli.arguments import observed
    from probe.diagnose import diagnose
    from probe.lab.scenario import scenario
    from probe.lab.stage import Stage
    from probe.render import FORMATS
    from probe.render.terminal import render
    from probe.report.compose import compose

    check_files(None, html=html)
    diagnoses = []
    for place, code in enumerate(SHOWN):
        one = scenario(code)
        if one is None:
            raise LookupError(code)
        for title, opens in ((one.broken_title, one.broken), (one.mended_title, one.mended))[: 2 if place == 0 else 1]:
            typer.echo(f"\n=== {title}\n")
            with Stage() as stage:
                found = diagnose(observed(opens(stage).arguments))
            diagnoses.append(found)
            typer.echo(render(compose((found,)), colour=colour(color), width=width()))
    write(html, FORMATS["html"](compose(tuple(diagnoses))).encode("utf-8", "backslashreplace"))
    typer.echo(f"\nThe report with all {len(diagnoses)} checks: {html.resolve()}\nOpen it in a browser. Next: probe check HOST, probe lab list, probe causes.")
    return 0
