"""Reading the plan of ``go-live``: a TOML document with one table for each endpoint. Every fault is told with its line, all at once."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from probe.facts.golive import DAYS, MOST_DAYS, MOST_MINUTES, STEPS, Day, Place
from probe.facts.noun import noun
from probe.facts.unusable import Unusable
from probe.jobs.target import Options, moment
from probe.profiles.lines import lines
from probe.profiles.table import Faults, Table

SCHEMA = 1
LIMIT = 256 * 1024
"""Characters of a plan."""
NAMES = 50
"""Further names of one endpoint."""
TIMEOUT = 30
WORDS = ("system", "certifi", "none", "java")
"""Trust sources that are no files."""
TOP = ("schema", "title", "on", "days", "window", "checked-by", "endpoint")
TABLE = "endpoint"
FROM_PROFILE = ("env", "vars", "endpoint")
FIELDS = (
    *(
        "name",
        "target",
        "profile",
        *FROM_PROFILE,
        "direction",
        "names",
        "trust",
        "trust-password-env",
        "connect",
        "resolver",
        "proxy",
        "cert",
        "key",
        "password-env",
        "send-anyway",
    ),
    *("as", "pin", "uploaded", "timeout", "required", "skip", "reason"),
)
OF_CLIENT = ("key", "password-env", "send-anyway")


@noun
class Wanted:
    """One table of a plan: its place, the target as written ("": those of the profile), and all that was said about it. ``number`` counts the tables from 0.

    ``trust_password_env`` names the environment variable with the password of the trust stores ("": none).
    """

    number: int
    place: Place
    spelled: str = ""
    options: Options = Options()
    trust_password_env: str = ""


@noun
class Plan:
    """A plan as it was written."""

    title: str
    source: str
    day: Day = Day()
    wanted: tuple[Wanted, ...] = ()
    checked_by: tuple[str, ...] = ()


def read(text: str, origin: str, folder: Path) -> tuple[Plan, Faults]:
    """Read a plan. ``origin`` is how complaints call it; files in it are looked for in ``folder``. Never raises: what is wrong is in the faults."""
    if len(text) > LIMIT:
        return _nothing(origin, 1, f"the file is longer than {LIMIT // 1024} KiB")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _nothing(origin, getattr(error, "lineno", None) or _line(str(error), text), f"this is no TOML: {str(error).partition(' (at ')[0]}")
    except (RecursionError, ValueError):
        return _nothing(origin, 1, "this is no TOML: it is nested too deeply, or holds a value that cannot be")
    faults = Faults(origin, lines(text))
    return _plan(Table(data, (), faults), origin, folder), faults


def fields_of(wanted: Wanted, field: str) -> tuple[str | int, ...]:
    """Where a field of an endpoint stands in the document, for complaints."""
    return (TABLE, wanted.number, field)


def day(named: str | None, days: int = DAYS) -> Day:
    """Read ``--on``: a date is the whole day in UTC, a time that moment. Raises ``Unusable``."""
    try:
        when = moment(named)
    except Unusable as unusable:
        raise Unusable(unusable.says.replace("--at", "--on"), "Write 2026-12-31 or 2026-12-31T08:00:00Z.") from None
    if when is None or named is None:
        return Day(days=days)
    try:
        whole = date.fromisoformat(named)
        end = datetime.combine(whole, time(23, 59, 59), UTC)
        _ = end + timedelta(days=days)
    except ValueError:
        end = when
    except OverflowError:
        raise Unusable(f"--on {named!r} is out of range.", "Write a day before the year 9990.") from None
    return Day(begin=when, end=end, days=days, named=named)


def _line(says: str, text: str) -> int:
    """The line that a complaint of the parser names: some versions only say it in words."""
    found = says.partition("(at line ")[2].partition(",")[0]
    return int(found) if found.isdecimal() else text.count("\n") + 1


def _nothing(origin: str, line: int, says: str) -> tuple[Plan, Faults]:
    faults = Faults(origin, {(): line, ("it",): line})
    faults.note(("it",), says)
    return Plan(title="", source=origin), faults


def _plan(top: Table, origin: str, folder: Path) -> Plan:
    top.only(*TOP, provenance=False)
    schema = top.values.get("schema")
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA:
        # What a newer version means by the rest is not known here.
        top.faults.noted.clear()
        top.fault("schema", f"schema {schema} is newer than this version reads (up to {SCHEMA})")
        return Plan(title="", source=origin)
    if schema is None:
        top.faults.note((), f"field 'schema' is missing; write schema = {SCHEMA}")
    else:
        top.number("schema", least=1, greatest=SCHEMA)
    tables = top.tables(TABLE)
    if not tables and not (TABLE in top.values and top.faults.noted):
        top.faults.note((), "there is no [[endpoint]] table, so there is nothing to check")
    wanted = tuple(_wanted(one, number, folder) for number, one in enumerate(tables))
    names = [one.place.name for one in wanted]
    for number, name in enumerate(names):
        if name and name in names[:number]:
            tables[number].fault("name", f"two endpoints have the name {name!r}")
    days = top.number("days", DAYS, greatest=MOST_DAYS)
    return Plan(
        title=top.text("title") or "Before going live",
        source=origin,
        day=replace(_day(top, DAYS if days is None else days), window=top.number("window", least=1, greatest=MOST_MINUTES)),
        wanted=wanted,
        checked_by=top.texts("checked-by", most=120),
    )


def _day(top: Table, days: int) -> Day:
    value = top.values.get("on")
    if value is None:
        return Day(days=days)
    if isinstance(value, datetime | date):
        value = value.isoformat()
    if not isinstance(value, str):
        top.fault("on", "on is to be a date, such as 2026-12-31")
        return Day(days=days)
    try:
        return day(value, days)
    except Unusable as unusable:
        top.fault("on", _plain(unusable))
        return Day(days=days)


def _wanted(table: Table, number: int, folder: Path) -> Wanted:
    table.only(*FIELDS, provenance=False)
    spelled, profile = table.text("target"), table.text("profile")
    if not spelled and not profile:
        table.faults.note(table.place, "an endpoint has either target or profile")
    if not profile:
        for field in FROM_PROFILE:
            if table.has(field):
                table.fault(field, f"{field} belongs to a profile, and none is named")
    if not table.has("cert"):
        for field in OF_CLIENT:
            if table.has(field):
                table.fault(field, f"{field} belongs to a client certificate; name it with cert")
    direction = table.text("direction", "out", among=("out", "in"))
    if direction == "in" and table.has("cert"):
        table.fault("cert", 'when the partner calls us we present no client certificate: leave out cert, or write direction = "out"')
    skip = table.texts("skip", among=STEPS)
    reason = table.text("reason")
    if skip and not reason:
        table.fault("skip", 'what is left out needs a reason: write reason = "..."')
    if reason and not skip:
        table.fault("reason", "a reason belongs to skip, and nothing is left out")
    names = table.texts("names", most=253)
    if len(names) > NAMES:
        table.fault("names", f"there are more than {NAMES} further names: divide them among several endpoints")
    name = table.text("name", most=120) or spelled or table.text("endpoint") or profile
    place = Place(
        name=name,
        direction=direction,
        names=names,
        required=table.flag("required", True),
        skip=tuple(dict.fromkeys(skip)),
        reason=reason,
    )
    return Wanted(
        number=number,
        place=place,
        spelled=spelled,
        options=_options(table, place, folder),
        trust_password_env=table.text("trust-password-env"),
    )


def _options(table: Table, place: Place, folder: Path) -> Options:
    timeout = table.number("timeout", TIMEOUT, least=1, greatest=3600)
    return Options(
        connect=table.text("connect") or None,
        resolver=_resolvers(table),
        proxy=table.text("proxy") or None,
        trust=tuple(_file(one, folder) for one in table.texts("trust")),
        stack=table.text("as") or None,
        timeout=float(TIMEOUT if timeout is None else timeout),
        app="app" not in place.skip,
        pin=_file(table.text("pin"), folder) if table.has("pin") else None,
        uploaded=_file(table.text("uploaded"), folder) if table.has("uploaded") else None,
        cert=_file(table.text("cert"), folder) if table.has("cert") and place.direction == "out" else None,
        key=_file(table.text("key"), folder) if table.has("key") and table.has("cert") and place.direction == "out" else None,
        password_env=table.text("password-env") or None,
        send_anyway=table.flag("send-anyway", False),
        client_auth="forbidden" if place.direction == "in" else "allowed",
        profile=_file(table.text("profile"), folder) if table.has("profile") else None,
        env=table.text("env") or None,
        endpoint=table.text("endpoint") or None,
        var=_variables(table),
    )


def _resolvers(table: Table) -> tuple[str, ...]:
    if isinstance(table.values.get("resolver"), list):
        return table.texts("resolver")
    found = table.text("resolver")
    return (found,) if found else ()


def _variables(table: Table) -> tuple[str, ...]:
    found = table.table("vars")
    if found is None:
        return ()
    values: list[str] = []
    for name, value in found.values.items():
        # A port is easily written as a number.
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(text, str):
            values.append(f"{name}={text}")
        else:
            found.fault(name, f"{name} is to be text in quotes")
    return tuple(values)


def _file(source: str, folder: Path) -> str:
    """A file that the plan names lies beside the plan, wherever the command is started; other words stay as they are."""
    path = Path(source)
    if not source or source in WORDS or source.startswith("java:") or path.is_absolute() or folder == Path():
        return source
    beside = folder / path
    return str(beside) if beside.exists() or path.suffix else source


def _plain(unusable: Unusable) -> str:
    """A complaint about an option, as one about the field of that name."""
    says = unusable.says.rstrip(".").replace("--", "")
    return f"{says[:1].lower()}{says[1:]}. {unusable.next_step}".replace("--", "") if says[1:2].islower() else f"{says}. {unusable.next_step}".replace("--", "")


def noted(faults: Faults, wanted: Wanted, field: str, unusable: Unusable) -> None:
    """Note what cannot be used at the field that names it."""
    faults.note(fields_of(wanted, field), _plain(unusable))


def example() -> str:
    """A commented plan to begin with."""
    return (Path(__file__).parent / "golive.txt").read_text("utf-8")
