"""The list before going live as Markdown for a ticket (CommonMark, and tables as GitHub and GitLab read them): what stands in the way first."""

from probe.render.checklist_terminal import WORDS, counts, days
from probe.render.markdown import code, escaped, fenced, table
from probe.render.words import CERTAINTIES, moment
from probe.report.checklist import Checklist, Group, Item, Outcome

OPEN = (Outcome.FAIL, Outcome.NOT_DONE, Outcome.WARN)
"""What somebody has to do something about, in this order."""


def render(found: Checklist) -> str:
    """Write the list, a line feed at its end. The same list gives the same text."""
    lines = [f"# {escaped(found.title)}", "", f"**{escaped(found.sentence)}**", ""]
    lines += [f"Judged for {days(found)}. Looked at {moment(found.began)}{f', after {escaped(found.source)}' if found.source else ''}.", ""]
    lines += [line for one in found.remarks for line in (escaped(one), "")]
    lines += _todo(found)
    for group in found.groups:
        lines += _group(group)
    if found.checked_by:
        lines += ["## Signed", "", *table(("Checked by", "Date", "Signature"), [(escaped(one), "", "") for one in found.checked_by])]
    return "\n".join((*lines, counts(found), "", escaped(found.made_by))) + "\n"


def _todo(found: Checklist) -> list[str]:
    """Who has to do what, as boxes to tick; what is required stands first."""
    every = [(group, item) for kind in OPEN for group in found.groups for item in group.items if item.outcome is kind]
    every.sort(key=lambda one: not one[1].required)
    if not every:
        return []
    return ["## To do", "", *(f"- [ ] {_task(group, item)}" for group, item in every), ""]


def _task(group: Group, item: Item) -> str:
    about = f" ({escaped(item.about)})" if item.about else ""
    optional = "" if item.required else ", not required"
    who = "".join(f" Who acts: {escaped(one.owner_text)} ({code(one.code)}, {CERTAINTIES[one.certainty]})." for one in item.faults[:3])
    return f"**{WORDS[item.outcome]}**{optional}: {escaped(group.name)}: {escaped(item.title)}{about}. {escaped(item.says)}{who}"


def _group(group: Group) -> list[str]:
    way = "the partner calls us" if group.direction == "in" else "we call"
    rows = [
        (
            WORDS[item.outcome] + ("" if item.required else " (not required)"),
            escaped(item.title) + (f" ({escaped(item.about)})" if item.about else ""),
            escaped(item.says),
        )
        for item in group.items
    ]
    lines = [f"## {escaped(group.name)}", "", f"{way.capitalize()}: {escaped(group.target)}", "", *table(("Outcome", "Item", "What was seen"), rows)]
    lines += [f"- {escaped(label)}: {escaped(value)}" for label, value in group.circumstances]
    lines += [""] if group.circumstances else []
    return lines + (["Alone, with all details:", "", *fenced(group.repeat, "sh")] if group.repeat else [])
