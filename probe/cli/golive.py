"""probe go-live: the list before going live."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probe.cli.output import ask_password, check_files, check_output, colour, complain, progress, show, width
from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.facts.golive import Day, Inspection
    from probe.jobs.golive import Prepared
    from probe.jobs.golive_plan import Plan
    from probe.jobs.target import Options
    from probe.report.checklist import Checklist

EXAMPLES = """Examples:

\b
  probe go-live --example > plan.toml
  probe go-live plan.toml
  probe go-live plan.toml --on 2026-12-31 --html list.html
  probe go-live plan.toml --format junit --output go-live.xml
  probe go-live plan.toml --save seen.json
  probe go-live seen.json --on 2027-01-31 --format markdown --redact
  probe go-live --profile hubject-emp --env qa --var provider=DE-DCB --trust hubject-certificates --cert client.p12

Exit code: 0 all required items passed, 1 one failed, 2 wrong usage, 3 required items could not be done, 4 a defect of the probe, 130 interrupted."""

FORMATS = ("terminal", "html", "json", "markdown", "junit")
ALONE = ("env", "var", "allow", "trust", "cert", "key", "password_env", "stack", "resolver")
"""Options that stand in the plan, where there is one."""
Text = str | None
File = Path | None


def golive(
    plan: Annotated[
        File, typer.Argument(metavar="[PLAN.toml]", help="The plan: a TOML file with one table for each endpoint; or what --save wrote, to judge again.")
    ] = None,
    profile: Annotated[Text, typer.Option(metavar="NAME|FILE", help="Instead of a plan: the endpoints of a known system.")] = None,
    env: Annotated[Text, typer.Option(metavar="NAME", help="The environment of the profile, such as prod or qa.")] = None,
    endpoint: Annotated[Text, typer.Option(metavar="NAME", help="One endpoint of the profile, or of the plan. Default: all.")] = None,
    var: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable of the profile. Repeat for several.")] = None,
    allow: Annotated[list[str] | None, typer.Option(metavar="ID", help="Consent to a question of the profile that has side effects.")] = None,
    on: Annotated[Text, typer.Option(metavar="DATE", help="The day on which it must work (2026-12-31). Default: that of the plan, or now.")] = None,
    days: Annotated[int | None, typer.Option(metavar="N", help="For how many days after it everything should still be valid. Default: 30.")] = None,
    window: Annotated[
        int | None, typer.Option(metavar="MINUTES", help="An address is switched on that day: how long it may take until everybody meets the new machine.")
    ] = None,
    connect: Annotated[Text, typer.Option(metavar="ADDRESS[:PORT]", help="DNS is not switched yet: check the machine at this address (one endpoint).")] = None,
    proxy: Annotated[Text, typer.Option(metavar="URL|none", help="Go through this proxy. Default: as HTTPS_PROXY and NO_PROXY say.")] = None,
    trust: Annotated[list[str] | None, typer.Option(help="With --profile: system, certifi, none, a file or a folder. Repeat to add up.")] = None,
    trust_password_env: Annotated[
        Text, typer.Option(metavar="NAME", help="With --profile: the environment variable that holds the password of the trust store.")
    ] = None,
    cert: Annotated[Text, typer.Option(metavar="FILE", help="With --profile: the client's certificate (PEM, DER), or a PKCS12 file.")] = None,
    key: Annotated[Text, typer.Option(metavar="FILE", help="With --profile: its private key, if that is in a file of its own.")] = None,
    password_env: Annotated[Text, typer.Option(metavar="NAME", help="With --profile: the environment variable that holds the password of the key.")] = None,
    uploaded: Annotated[
        Text, typer.Option(metavar="FILE", help="With --profile: the certificate of your endpoint that the other side has on file, to compare.")
    ] = None,
    stack: Annotated[Text, typer.Option("--as", metavar="STACK", help="With --profile: judge as this client stack (java, openssl).")] = None,
    resolver: Annotated[list[str] | None, typer.Option(metavar="IP[:PORT]", help="With --profile: ask this DNS server.")] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a commented plan to begin with, and stop.")] = False,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, html, json, markdown or junit.")] = "terminal",
    output: Annotated[File, typer.Option(metavar="FILE", help="Write the list here instead of to standard output.")] = None,
    html: Annotated[File, typer.Option(metavar="FILE", help="Write the page to print and sign besides.")] = None,
    save: Annotated[File, typer.Option(metavar="FILE", help="Save what was seen, to judge it again for another day, without connecting.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace names and addresses by pseudonyms; leave out what was seen.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings too.")] = False,
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Go through everything that must be right before going live: DNS, names, chain, dates, client certificates, the application."""
    from probe.jobs.golive_plan import example as example_plan
    from probe.jobs.target import Options
    from probe.report.checklist import exit_code
    from probe.report.golive import compose

    if example:
        check_output()
        show(example_plan())
        return 0
    if form not in FORMATS:
        raise Unusable(f"There is no format {form!r} for this list.", f"Choose one of {', '.join(FORMATS)}.")
    check_files(output, html=html, save=save, inputs=(plan, *(trust or ()), cert, key))
    if save is not None and redact:
        says = "--save and --redact exclude each other: what was seen is made of names and certificates."
        raise Unusable(says, "Save it first, then: probe go-live FILE --redact")
    mine = Options(
        profile=profile,
        env=env,
        endpoint=endpoint,
        var=tuple(var or ()),
        allow=tuple(allow or ()),
        connect=connect,
        trust=tuple(trust or ()),
        cert=cert,
        key=key,
        password_env=password_env,
        uploaded=uploaded,
        stack=stack,
        resolver=tuple(resolver or ()),
        proxy=proxy,
    )
    seen = _seen(plan, mine, on, days, trust_password_env or "", _minutes(window))
    if seen is None:
        return 2
    found = compose(seen)
    if redact:
        from probe.report.golive_redact import redact as redacted

        found = redacted(found)
    if save is not None:
        from probe.capture.write import write
        from probe.facts.codec import text

        write(save, text(seen).encode())
    _deliver(found, form, output, html, color)
    return exit_code(found, strict)


def _seen(plan: Path | None, mine: "Options", on: str | None, days: int | None, store: str, window: int | None = None) -> "Inspection | None":
    """What is to be judged: looked at now, or saved before; ``None`` when the faults of the plan were told. ``window`` takes the place of the plan's."""
    from dataclasses import replace

    found = _looked(plan, mine, on, days, store)
    return found if found is None or window is None else replace(found, day=replace(found.day, window=window))


def _looked(plan: Path | None, mine: "Options", on: str | None, days: int | None, store: str) -> "Inspection | None":
    from probe.jobs.golive import inspect
    from probe.jobs.golive_saved import saved

    before = saved(plan) if plan is not None else None
    if before is not None:
        if store:
            raise Unusable("--trust-password-env is for looking, and what was saved is only judged again.", "Leave it out.")
        return _again(before, mine, on, days)
    if store and mine.profile is None:
        says = "--trust-password-env goes with --profile; for a plan it stands in the plan."
        raise Unusable(says, "Write trust-password-env = ... in its [[endpoint]] table.")
    prepared = _of_profile(plan, mine, on, days, store) if mine.profile is not None else _of_plan(plan, mine, on, days)
    return None if prepared is None else inspect(prepared, progress)


def _again(before: "Inspection", mine: "Options", on: str | None, days: int | None) -> "Inspection":
    """What was saved, for the day that is meant now."""
    from dataclasses import replace

    from probe.jobs.golive_plan import day
    from probe.jobs.golive_saved import chosen, rejudged

    if given := _given(mine, ("profile", "connect", "proxy", *ALONE)):
        raise Unusable(f"{given} is for looking, and what was saved is only judged again.", "Leave it out, or name the plan; --on, --days and --endpoint work.")
    if mine.endpoint:
        before = chosen(before, mine.endpoint)
    if on is None and days is None:
        return before
    after = before.day.days if days is None else _days(days)
    return rejudged(before, replace(day(on if on is not None else before.day.named or None, after), window=before.day.window))


def _of_profile(plan: Path | None, mine: "Options", on: str | None, days: int | None, store: str) -> "Prepared":
    from probe.facts.golive import DAYS
    from probe.jobs.golive import of_profile, prepared
    from probe.jobs.golive_plan import day

    if plan is not None:
        raise Unusable("Both a plan and --profile are given.", "Leave out one of the two; a plan names profiles inside of it.")
    when = day(on, DAYS if days is None else _days(days))
    return prepared(of_profile(mine, when, trust_password_env=store), None, when, ask_password)


def _of_plan(path: Path | None, mine: "Options", on: str | None, days: int | None) -> "Prepared | None":
    """The plan with what the command line says in its place; ``None`` when its faults were told."""
    from dataclasses import replace

    from probe.jobs.golive import load_plan, prepared

    if path is None:
        raise Unusable("No plan is named.", "Name a file, or --profile; probe go-live --example prints a plan to begin with.")
    if given := _given(mine, ALONE):
        raise Unusable(f"{given} goes with --profile; for a plan it stands in the plan.", f"Write {given[2:]} = ... in its [[endpoint]] table.")
    plan, faults = load_plan(path)
    if not faults.told():
        plan = _chosen(plan, mine)
    when = _day(plan, on, days)
    found = prepared(replace(plan, day=when), faults, when, ask_password)
    if told := faults.told():
        _complain(path, told)
        return None
    return found


def _given(mine: "Options", names: tuple[str, ...]) -> str:
    """The first of these options that was given, as it is typed; "" when none was."""
    found = next((one for one in names if getattr(mine, one)), "")
    return "--" + {"password_env": "password-env", "stack": "as"}.get(found, found) if found else ""


def _chosen(plan: "Plan", mine: "Options") -> "Plan":
    """The endpoints that are meant, with the address given by hand."""
    from dataclasses import replace

    wanted = plan.wanted
    if mine.endpoint:
        wanted = tuple(one for one in wanted if one.place.name == mine.endpoint)
        if not wanted:
            raise Unusable(f"The plan has no endpoint {mine.endpoint!r}.", f"It has: {', '.join(one.place.name for one in plan.wanted)}.")
    if mine.connect:
        if len(wanted) != 1:
            raise Unusable(f"--connect is for one endpoint, and the plan has {len(wanted)}.", "Name one with --endpoint, or write connect = ... in the plan.")
        wanted = (replace(wanted[0], options=replace(wanted[0].options, connect=mine.connect)),)
    if mine.proxy is not None:
        wanted = tuple(replace(one, options=replace(one.options, proxy=mine.proxy)) for one in wanted)
    return replace(plan, wanted=wanted)


def _day(plan: "Plan", on: str | None, days: int | None) -> "Day":
    from dataclasses import replace

    from probe.jobs.golive_plan import day

    after = plan.day.days if days is None else _days(days)
    return replace(day(on if on is not None else plan.day.named or None, after), window=plan.day.window)


def _days(days: int) -> int:
    from probe.facts.golive import MOST_DAYS

    if not 0 <= days <= MOST_DAYS:
        raise Unusable(f"--days {days} cannot be used.", f"Write a number between 0 and {MOST_DAYS}.")
    return days


def _minutes(window: int | None) -> int | None:
    from probe.facts.golive import MOST_MINUTES

    if window is not None and not 1 <= window <= MOST_MINUTES:
        raise Unusable(f"--window {window} cannot be used.", f"Write the minutes that the switch may take, between 1 and {MOST_MINUTES}.")
    return window


def _complain(path: Path, told: "tuple[str, ...]") -> None:
    """All faults of a plan at once, each with its line."""
    for one in told:
        complain(one, "")
    count = "One fault" if len(told) == 1 else f"{len(told)} faults"
    complain(f"{count} in {path}; nothing was checked.", "A commented plan to compare: probe go-live --example")


def _deliver(found: "Checklist", form: str, output: Path | None, html: Path | None, coloured: bool) -> None:
    from probe.capture.write import write

    plain = output is None or str(output) == "-"
    text = _text(found, form, plain and colour(coloured), width() if plain else 100)
    if output is None or str(output) == "-":
        show(text)
    else:
        write(output, text.encode("utf-8", "backslashreplace"))
    if html is not None:
        write(html, _text(found, "html", False, 100).encode("utf-8", "backslashreplace"))


def _text(found: "Checklist", form: str, coloured: bool, columns: int) -> str:
    if form == "html":
        from probe.render import checklist_html

        return checklist_html.render(found)
    if form == "json":
        from probe.render import checklist_json

        return checklist_json.render(found)
    if form == "junit":
        from probe.render import checklist_junit

        return checklist_junit.render(found)
    if form == "markdown":
        from probe.render import checklist_markdown

        return checklist_markdown.render(found)
    from probe.render import checklist_terminal

    return checklist_terminal.render(found, coloured, columns)
