"""The list before going live as one JSON document for programs: schema 1, always the same bytes for the same list.

The pointers in the evidence (RFC 6901) lead into this very document. ``probe report`` judges its observations again.
"""

import json
from typing import Any

from probe.facts.codec import dump
from probe.report.checklist import Checklist, Group, Item, Outcome

SCHEMA = 1
"""The number in the document; it goes up when a field changes its meaning, not when one is added."""


def render(found: Checklist) -> str:
    """Write the document: ASCII only, keys in a fixed order, a newline at the end."""
    document = {
        "schema": SCHEMA,
        "kind": "go-live",
        "title": found.title,
        "source": found.source,
        "ready": found.ready,
        "sentence": found.sentence,
        "interrupted": found.interrupted,
        "looked_at": _time(found.began),
        "day": {"begin": _time(found.begin), "end": _time(found.end), "until": _time(found.until)},
        "remarks": list(found.remarks),
        "checked_by": list(found.checked_by),
        "made_by": found.made_by,
        "redacted": found.redacted,
        "counts": {one.value: found.count(one) for one in Outcome},
        "results": [_group(one) for one in found.groups],
    }
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _time(when: Any) -> Any:
    return dump(when)


def _group(group: Group) -> dict[str, Any]:
    first, *further = [None if one is None else dump(one) for one in group.observations] or [None]
    return {
        "name": group.name,
        "direction": group.direction,
        "target": group.target,
        "items": [_item(one) for one in group.items],
        "circumstances": [{"label": label, "value": value} for label, value in group.circumstances],
        "repeat": group.repeat,
        "observation": first,
        "further": further,
        "lookups": [None if one is None else dump(one) for one in group.lookups],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "about": item.about,
        "title": item.title,
        "required": item.required,
        "outcome": item.outcome.value,
        "says": item.says,
        "code": item.code or None,
        "owner": item.owner.value if item.owner else None,
        "faults": [
            {"code": one.code, "title": one.title, "certainty": one.certainty.value, "owner": one.owner.value, "summary": one.summary} for one in item.faults
        ],
        "evidence": [{"says": one.says, "at": one.at} for one in item.evidence],
    }
