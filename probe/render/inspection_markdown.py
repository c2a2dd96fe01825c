"""The table of an inspection as Markdown; ``probe.render.markdown`` puts it in place."""

from collections.abc import Callable, Sequence

from probe.render.words import TONES
from probe.report import Result

FILES, ENTRIES, CHAINS, MOST = 40, 60, 20, 40
Escape = Callable[[str], str]


def lines(result: Result, escaped: Escape, table: Callable[[tuple[str, ...], Sequence[tuple[str, ...]]], list[str]]) -> list[str]:
    """The sections, in the order of the other formats; none for a connection. ``escaped`` and ``table`` are those of the whole report."""
    found = result.inspection
    if found is None:
        return []
    made = ["## The files", "", escaped(found.summary), ""]
    for one in found.files[:FILES]:
        made += [f"### {escaped(one.name)}", "", escaped(one.form), ""]
        made += [*(f"- {escaped(text)}" for text in one.lines), ""] if one.lines else []
        rows = [
            (
                str(entry.number or ""),
                escaped(entry.kind),
                escaped(entry.title),
                escaped(f"{entry.place} {entry.alias}".strip()),
                escaped(", ".join(text for text in (entry.valid, *entry.lines) if text)),
            )
            for entry in one.entries[:ENTRIES]
        ]
        made += table(("No.", "What", "Name", "Where", "About it"), rows) if rows else []
        made += [*(f"- As a trust store, {escaped(client)}: {escaped(says)}" for client, says in one.clients), ""] if one.clients else []
    if found.pairs:
        made += ["## What belongs together", "", *(f"- {escaped(one)}" for one in found.pairs[:MOST]), ""]
    if found.requests:
        made += ["## Requests, before they are handed in", ""]
        for place, remarks in found.requests[:MOST]:
            made += [f"**{escaped(place)}**", "", *(f"- {TONES[tone]}: {escaped(says)}" for tone, says in remarks), ""]
    if found.chains:
        made += ["## The chains that they make", ""]
        for chain in found.chains[:CHAINS]:
            made += [f"**{escaped(chain.title)}:** {escaped(chain.end)}", ""]
            made += [*(f"{number}. {TONES[box.tone]}: {escaped(box.title)} ({escaped(box.place)})" for number, box in enumerate(chain.boxes, 1)), ""]
    if found.missing:
        made += ["## Issuers that are not in the files", ""]
        for name, facts in found.missing[:MOST]:
            made += [f"**{escaped(name)}**", "", *(f"- {escaped(label)}: {escaped(value)}" for label, value in facts), ""]
    if found.against:
        made += ["## What the endpoint sends", "", *(f"- {TONES[tone]}: {escaped(where)}: {escaped(says)}" for where, says, tone in found.against), ""]
    return made
