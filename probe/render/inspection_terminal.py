"""The table of an inspection as plain text: the files, what fits together, the chains, what is missing; ``probe.render.terminal`` puts it in place."""

from collections.abc import Callable, Iterator

from probe.render.visible import visible
from probe.render.words import TONES, moment
from probe.render.wrapping import fit, wrap
from probe.report import ChainText, EntryText, FileText, InspectionText, Result

FILES, ENTRIES, CHAINS, GROUPS, MOST = 30, 40, 12, 8, 40
"""What is shown of each; the html and json formats have more."""
Paint = Callable[[str, str], str]
_COLOURS = {"good": "green", "warn": "yellow", "bad": "red", "missing": "red"}


def sections(result: Result, paint: Paint, width: int) -> Iterator[list[str]]:
    """The parts of the inspection, each with its heading; none for a connection."""
    found = result.inspection
    if found is None:
        return
    yield _files(found, paint, width)
    if found.pairs:
        yield [paint("What belongs together", "bold"), *_listed(found.pairs, width)]
    if found.requests:
        yield _requests(found, paint, width)
    if found.chains:
        yield _chains(found, paint, width)
    if found.missing:
        yield _missing(found, paint, width)
    if found.lookalikes:
        yield _lookalikes(result, found, paint, width)
    if found.against:
        lines = [
            line for where, says, tone in found.against for line in wrap(f"{visible(where)}: {visible(says)}", width, f"  {TONES[tone]:<8} ", "           ")
        ]
        yield [paint("What the endpoint sends", "bold"), *lines]


def _files(found: InspectionText, paint: Paint, width: int) -> list[str]:
    lines = [paint(f"The files: {visible(found.summary)}", "bold")]
    for one in found.files[:FILES]:
        lines += _file(one, paint, width)
    hidden = max(0, len(found.files) - FILES) + found.files_left_out
    return lines + ([f"  {hidden:,} more files; the saved observation has them all"] if hidden else [])


def _file(one: FileText, paint: Paint, width: int) -> list[str]:
    head = wrap(f"{visible(one.name)}: {visible(one.form)}", width, "  ", "    ")
    lines = [paint(head[0], "bold") if one.tone == "good" else paint(head[0], _COLOURS.get(one.tone, "yellow")), *head[1:]]
    for text in one.lines:
        lines += wrap(visible(text), width, "    ! ", "      ")
    for entry in one.entries[:ENTRIES]:
        lines += _entry(entry, width)
    hidden = max(0, len(one.entries) - ENTRIES) + one.left_out
    lines += [f"    {hidden:,} more entries"] if hidden else []
    for client, says in one.clients:
        if not says.startswith("loads") or ";" in says:
            lines += wrap(f"As a trust store: {visible(client)} {visible(says)}", width, "    ~ ", "      ")
    return lines


def _entry(one: EntryText, width: int) -> list[str]:
    number = f"#{one.number}" if one.number is not None else "--"
    named = f"{visible(one.place)}{f' ({visible(one.alias)})' if one.alias else ''}"
    words = ", ".join(visible(text) for text in (one.valid, *one.lines) if text)
    return wrap(f"{visible(one.kind)} {visible(one.title)}; {named}{f'; {words}' if words else ''}", width, f"    {number:<4} ", "         ")


def _requests(found: InspectionText, paint: Paint, width: int) -> list[str]:
    lines = [paint("Requests, before they are handed in", "bold")]
    for place, remarks in found.requests[:GROUPS]:
        lines.append(f"  {visible(place)}")
        lines += [line for tone, says in remarks for line in wrap(visible(says), width, f"    {TONES[tone]:<8} ", " " * 13)]
    return lines + ([f"  {len(found.requests) - GROUPS} more requests; the html format shows them"] if len(found.requests) > GROUPS else [])


def _chains(found: InspectionText, paint: Paint, width: int) -> list[str]:
    lines = [paint("The chains that they make", "bold")]
    for one in found.chains[:CHAINS]:
        lines += _chain(one, paint, width)
    hidden = max(0, len(found.chains) - CHAINS) + found.chains_left_out
    return lines + ([f"  {hidden:,} more chains; the html format shows them"] if hidden else [])


def _chain(one: ChainText, paint: Paint, width: int) -> list[str]:
    lines = []
    for position, box in enumerate(one.boxes):
        number = f"#{box.number}" if box.number is not None else "--"
        text = "; ".join(visible(part) for part in (box.title, box.place, *box.lines[:4]) if part)
        head, *rest = wrap(text, width - 2 * position, f"{TONES[box.tone]:<8} {number:<4} ", " " * 14)
        pad = "  " + "  " * position
        lines += [pad + head.replace(TONES[box.tone], paint(TONES[box.tone], _COLOURS[box.tone]), 1), *(pad + line for line in rest)]
        if box.edge and box.edge != "signed by" and box.edge != "issued by":
            lines += wrap(visible(box.edge), width, f"{pad}         ! ")
    more = f" There {'is 1 further way' if one.others == 1 else f'are {one.others} further ways'} up." if one.others else ""
    return lines + wrap(f"{visible(one.end)[:1].upper()}{visible(one.end)[1:]}.{more}", width, "    ")


def _missing(found: InspectionText, paint: Paint, width: int) -> list[str]:
    lines = [paint("Issuers that are not in the files", "bold")]
    for name, facts in found.missing[:MOST]:
        lines += wrap(visible(name), width, "  - ")
        lines += [line for label, value in facts for line in wrap(visible(value), width, f"    {visible(label)}: ", "      ")]
    return lines + ([f"  {len(found.missing) - MOST} more"] if len(found.missing) > MOST else [])


def _lookalikes(result: Result, found: InspectionText, paint: Paint, width: int) -> list[str]:
    known = {one.number: one for one in result.certificates}
    lines = [paint("Same name, another key", "bold")]
    for group in found.lookalikes[:GROUPS]:
        shown = [known[number] for number in group if number in known]
        if not shown:
            continue
        lines += wrap(visible(shown[0].subject), width, "  ")
        for one in shown[:8]:
            lines += wrap(visible(one.serial, 120), width, f"    #{one.number:<3} serial   ", "         ")
            lines.append(f"         valid    {moment(one.not_before)} to {moment(one.not_after)}")
            for label, value in (("SHA-256", one.sha256), ("SHA-1", one.sha1), ("MD5", one.md5)):
                lines += wrap(visible(value, 120), width, f"         {label:<8} ", " " * 18)
    return lines + ([f"  {len(found.lookalikes) - GROUPS} more groups; the html format shows them"] if len(found.lookalikes) > GROUPS else [])


def _listed(texts: tuple[str, ...], width: int) -> list[str]:
    lines = [line for text in texts[:MOST] for line in wrap(visible(text), width, "  - ")]
    return lines + ([f"  {len(texts) - MOST} more"] if len(texts) > MOST else [])


def fingerprints(result: Result, width: int) -> list[str]:
    """Every certificate with its issuer, serial number, key and fingerprints, to compare with what somebody reads out."""
    lines: list[str] = []
    for one in result.certificates[:MOST]:
        head = fit(visible(one.title), width - 10)[0]
        lines += [f"  #{one.number:<4}{head}", *wrap(visible(one.issuer), width, "       issued by  ", " " * 18)]
        lines += wrap(f"{visible(one.serial, 120)}; {visible(one.key)}", width, "       serial     ", " " * 18)
        for label, value in (("SHA-256", one.sha256), ("SHA-1", one.sha1), ("MD5", one.md5)):
            lines += wrap(visible(value, 120), width, f"       {label:<10} ", " " * 18)
    return lines + ([f"  {len(result.certificates) - MOST:,} more; the html format has them"] if len(result.certificates) > MOST else [])
