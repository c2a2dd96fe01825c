"""probe compare: what differs between two endpoints, observations or files, and what that means."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probe.cli.output import ask_password, check_files, colour, progress, show, width
from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from collections.abc import Callable

    from probe.facts.observation import Observation
    from probe.report.comparison import Comparison

EXAMPLES = """Examples:

\b
  probe compare before.json after.json
  probe compare mine.json theirs.html
  probe compare https://api.shop.example https://api-test.shop.example
  probe compare shop.example new-server.pem
  probe compare seen.json
  probe compare before.json after.json --html renewal.html

A and B are saved observations, HTML or JSON reports, certificate files or folders, or targets that are asked now.
With A alone its addresses are compared with each other; the page of a comparison is compared again.

Exit code: 0 nothing differs that matters, 1 something does, 2 wrong usage, 3 one side showed nothing, 4 a defect of the probe."""

FORMATS = ("terminal", "json", "html", "markdown")
PAIR = 2
Text = str | None


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A saved observation, a certificate file or folder, or a target.")],
    second: Annotated[Text, typer.Argument(metavar="[B]", help="What it is compared with. Without it, the addresses of A with each other.")] = None,
    trust: Annotated[list[str] | None, typer.Option(help="For targets that are asked now: system (default), certifi, none, a file or a folder.")] = None,
    trust_password_env: Annotated[Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of the trust store.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="For each target.")] = 30.0,
    password_env: Annotated[Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of a file.")] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, json, html or markdown.")] = "terminal",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the comparison here instead of to standard output.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an HTML page besides.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace names and addresses by pseudonyms; leave out raw data.")] = False,
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Say what differs between A and B: before and after a renewal, here and there, test and production, one address and another."""
    from probe.diagnose import diagnose
    from probe.report.comparison import compare as side_by_side
    from probe.report.comparison import exit_code
    from probe.report.sides import sides

    if form not in FORMATS:
        raise Unusable(f"There is no format {form!r} for a comparison.", f"Choose one of {', '.join(FORMATS)}.")
    check_files(output, html=html, inputs=(first, second, *(trust or ())))
    get = partial(_seen, trust=tuple(trust or ()), store=trust_password_env or "", timeout=timeout, password_env=password_env or "")
    if second is None:
        found = _alone(first, get)
    else:
        left, right = sides(diagnose(get(first)), first), sides(diagnose(get(second)), second)
        found = (side_by_side(left[0], right[0]),)
        # Where a side has several addresses, those that differ from its first are worth a comparison of their own.
        inside = [side_by_side(side[0], one) for side in (left, right) for one in side[1:]]
        found += tuple(one for one in inside if one.differs)
    code = exit_code(found)
    if redact:
        from probe.report.redact_comparison import redact as redacted

        found = redacted(found, tuple(one for one in (first, second) if one and _exists(Path(one))))
    from probe.capture.write import write

    plain = output is None or str(output) == "-"
    text = _written(found, form, plain, color)
    if output is None or str(output) == "-":
        show(text)
    else:
        write(output, text.encode("utf-8", "backslashreplace"))
    if html is not None:
        write(html, _written(found, "html", False, False).encode("utf-8", "backslashreplace"))
    return code


def _alone(first: str, get: "Callable[[str], Observation]") -> "tuple[Comparison, ...]":
    """A by itself: its addresses, or the two sides of a comparison that was written as a page."""
    from probe.diagnose import diagnose
    from probe.report.comparison import compare as side_by_side
    from probe.report.sides import sides

    path = Path(first)
    if _exists(path) and path.is_file() and _is_saved(path):
        from probe.jobs.replay import all_saved

        held = all_saved(path)
        if len(held) == PAIR:
            left, right = (sides(diagnose(one), f"{one.target.spelled} (side {letter})") for one, letter in zip(held, "AB", strict=True))
            return (side_by_side(left[0], right[0]),)
    one, *others = sides(diagnose(get(first)), first)
    if not others:
        raise Unusable(f"{first} has one address only, so that there is nothing to compare it with.", "Name a second one: probe compare A B.")
    return tuple(side_by_side(one, other) for other in others)


def _written(found: "tuple[Comparison, ...]", form: str, to_terminal: bool, coloured: bool) -> str:
    from probe.render import comparison

    if form == "json":
        return comparison.as_json(found)
    if form == "html":
        from probe.render import comparison_html

        return comparison_html.render(found)
    if form == "markdown":
        return comparison.markdown(found)
    return comparison.terminal(found, to_terminal and colour(coloured), width() if to_terminal else 100)


def _seen(source: str, *, trust: tuple[str, ...], store: str, timeout: float, password_env: str) -> "Observation":
    """What is at a source: saved, in files, or asked now. Raises ``Unusable``."""
    from probe.jobs.trust import is_file

    path = Path(source)
    if not is_file(source):
        return _asked(source, trust, store, timeout)
    if path.is_file() and _is_saved(path):
        from probe.jobs.replay import saved

        return saved(path)
    from probe.capture.store_password import Passwords
    from probe.case.files import Files
    from probe.jobs.inspect import Wishes, inspect, locked

    seen = inspect((source,), Wishes(password_env=password_env), Passwords(password_env, ask_password), partial(progress, "compare"))
    if not Files(seen).certificates and (shut := locked(source, seen)):
        raise shut
    return seen


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_saved(path: Path) -> bool:
    """Whether a file looks like an observation or a report: JSON or HTML."""
    from probe.capture.files import load

    start = load(path)[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] in (b"{", b"<") or start[:2] in (b"\xff\xfe", b"\xfe\xff")


def _asked(source: str, trust: tuple[str, ...], store: str, timeout: float) -> "Observation":
    from probe.capture.store_password import StorePassword
    from probe.jobs.check import observe, stores
    from probe.jobs.target import Options, target

    meant = target(source, Options(timeout=timeout, trust=trust))
    return observe(meant, stores(meant, StorePassword(store, ask_password)), partial(progress, meant.spelled))
