"""probe causes: the catalogue."""

from typing import TYPE_CHECKING, Annotated

import typer

from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.causes.catalogue import Entry

EXAMPLES = """Examples:

\b
  probe causes
  probe causes chain.intermediate-missing"""


def causes(code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="Print the page of this cause.")] = None) -> int:
    """List every cause that can be named, or print the page of one: what it means, how clients say it, who must act, what to do."""
    from probe.causes.catalogue import entries, entry

    if code is None:
        widest = max(len(one.code) for one in entries())
        for one in entries():
            typer.echo(f"{one.code:<{widest}}  {one.summary}")
        return 0
    known = entry(code)
    if known is None:
        near = [one.code for one in entries() if code in one.code or one.code.endswith(code.rpartition(".")[2])]
        raise Unusable(f"There is no cause {code!r}.", f"Did you mean {', '.join(near[:3])}?" if near else "probe causes lists them all.")
    _page(known)
    return 0


def _page(one: "Entry") -> None:
    from probe.remedies import remedy

    typer.echo(f"{one.code}: {one.cause.title}\n\n{one.summary}\n\n{one.page}\n\nWho must act: {_owner(one)}\n")
    for action in (*one.cause.actions, *one.cause.instead):
        what = remedy(action)
        typer.echo(f"What to do: {what.does}")
        for step in what.steps:
            typer.echo(f"  {step.platform}: {step.do}")
            for command in step.commands:
                typer.echo(f"    {command.replace('{{', '{').replace('}}', '}')}")
        typer.echo("")
    if one.cause.explains:
        typer.echo(f"When found, it explains: {', '.join(one.cause.explains)}\n")
    typer.echo(f"References: {'; '.join(one.cause.references)}")


def _owner(one: "Entry") -> str:
    from probe.report.words import OWNERS

    return OWNERS[one.cause.owner].format(host="the server")
