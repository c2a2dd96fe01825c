"""The table of a domain's controllers as text, for a terminal and for a ticket."""

from collections.abc import Callable, Sequence

from probe.render.visible import cells, visible
from probe.render.wrapping import fit, wrap
from probe.report import ControllerRow, DomainText

HEADS = ("Controller", "LDAPS", "StartTLS", "Valid until", "Name", "Domain", "Sends", "Catalog")
SHORT = ("LDAPS", "StartTLS", "Ends", "Name", "Domain", "GC", "Sends")
WIDTHS = (7, 8, 10, 4, 6, 3, 9)
"""The columns of a terminal after the name."""
SENDS = {"only its own": "leaf only", "not seen": "-", "self-signed": "itself"}
NARROWEST = 12
_COLOURS = {"good": "green", "bad": "red", "warn": "yellow"}


def terminal(one: DomainText, paint: Callable[[str, str], str], width: int) -> list[str]:
    """A heading, how they were found, and the table; what is wrong with a controller stands in a line of its own below."""
    lines = [paint(fit(visible(f"Domain controllers of {one.domain}"), width)[0], "bold"), *wrap(visible(one.says), width, "  "), ""]
    room = min(max((cells(visible(row.host)) for row in one.rows), default=NARROWEST), max(NARROWEST, width - sum(WIDTHS) - 2 * len(WIDTHS) - 2))
    lines.append("  " + "  ".join(_padded(text, size) for text, size in zip(("Controller", *SHORT), (room, *WIDTHS), strict=True)).rstrip())
    for row in one.rows:
        host = visible(row.host, 200)
        if cells(host) > room:
            lines += [f"  {paint(part, _COLOURS.get(row.tone, 'yellow'))}" for part in fit(host, width - 2, 3)]
            host = ""
        answers = (row.ldaps, row.starttls)
        rest = (*map(_word, answers), _until(row), _seen(row.fits), _seen(row.fits_domain), row.catalog, SENDS.get(row.sends, row.sends.partition(" ")[0]))
        line = "  ".join(_padded(text, size) for text, size in zip(rest, WIDTHS, strict=True))
        shown = paint(_padded(host, room), _COLOURS.get(row.tone, "yellow")) if host else " " * room
        lines.append(f"  {shown}  {line}".rstrip())
        told = [f"{name} {text}" for name, text in zip(("LDAPS", "StartTLS"), answers, strict=True) if ":" in text]
        told += [f"the certificate: {row.ends}"] if "EXPIRED" in row.ends or row.ends.startswith("only") else []
        told += [row.calls_itself] if row.calls_itself else []
        lines += wrap(visible("; ".join(told)), width, "    ") if told else []
    lines += wrap("Name, Domain: is the certificate for the controller's own name, for that of the domain? GC: is it listed as a global catalog?", width, "  ")
    for note in one.notes:
        lines += wrap(visible(note), width, "  Note: ")
    return lines


def markdown(one: DomainText, escaped: Callable[[str], str], table: Callable[[tuple[str, ...], Sequence[tuple[str, ...]]], list[str]]) -> list[str]:
    """A heading and one table."""
    rows = [
        tuple(escaped(text) for text in (_named(row), row.ldaps, row.starttls, row.ends, row.fits, row.fits_domain, row.sends, row.catalog)) for row in one.rows
    ]
    notes = [line for note in one.notes for line in (escaped(note), "")]
    return [f"# Domain controllers of {escaped(one.domain)}", "", escaped(one.says), "", *table(HEADS, rows), *notes]


def _named(row: ControllerRow) -> str:
    beside = "; ".join((*row.addresses, *((row.calls_itself,) if row.calls_itself else ())))
    return f"{row.host} ({beside})" if beside else row.host


def _padded(text: str, size: int) -> str:
    return text + " " * max(0, size - cells(text))


def _word(answer: str) -> str:
    """How a service answers, in one word."""
    word = answer.partition(":")[0]
    return {"does not answer": "silent", "undecided": "unsure"}.get(word) or (word if word == "works" else word.upper())


def _seen(text: str) -> str:
    return "-" if text == "not seen" else text


def _until(row: ControllerRow) -> str:
    return "EXPIRED" if "EXPIRED" in row.ends else _seen(row.ends.removeprefix("only from "))
