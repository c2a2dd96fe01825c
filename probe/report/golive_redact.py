"""The list before going live without the names in it: pseudonyms as in a redacted report, and no words of whoever wrote the plan."""

from dataclasses import replace

from probe.report.checklist import Checklist, Group, Item
from probe.report.golive_view import SKIPPED, TITLES
from probe.report.redact import Words

TITLE = "Before going live"
WITHHELD = "the reason is not shown here."
SAID = ("Redacted", "names, addresses, files and numbers are pseudonyms; what was seen is left out")


def redact(found: Checklist) -> Checklist:
    """The list under pseudonyms, the same ones throughout. Titles, endpoint names, reasons and names to sign are the plan's own words, and go."""
    seen = tuple(one for group in found.groups for one in (*group.observations, *group.lookups) if one is not None)
    kept = replace(found, title=TITLE, source="", checked_by=(), groups=tuple(_bare(one, number) for number, one in enumerate(found.groups, 1)))
    words = Words(kept, seen, tuple(place for group in found.groups for place in _places(group)))
    made: Checklist = words.walk(kept)
    named = tuple(
        replace(one, name=f"Endpoint {number}", circumstances=(*one.circumstances, SAID), items=tuple(map(_titled, one.items, before.items)))
        for number, (one, before) in enumerate(zip(made.groups, kept.groups, strict=True), 1)
    )
    return replace(made, title=TITLE, groups=named, redacted=True)


def _bare(group: Group, number: int) -> Group:
    """The endpoint without what was seen, its name, and the reasons for what is left out."""
    items = tuple(replace(one, says=f"{SKIPPED}{WITHHELD}") if one.says.startswith(SKIPPED) else one for one in group.items)
    return replace(group, name=f"Endpoint {number}", items=items, observations=(), lookups=())


def _titled(item: Item, before: Item) -> Item:
    """Headings of ours are the same for everybody."""
    return replace(item, title=before.title) if before.title in TITLES.values() else item


def _places(group: Group) -> tuple[str, ...]:
    """Hosts of which nothing may have been seen: that of the target, and further names. What the items about the application name is a question."""
    target = (group.target.partition("://")[2] or group.target).partition("/")[0]
    return (target, *(one.about for one in group.items if one.about and one.id != "app"))
