"""How client stacks judge certificate chains: data, one TOML file a stack, with a citation for every field."""

from functools import cache
from pathlib import Path

from probe.stacks.read import Invalid, read
from probe.stacks.stack import CONDITIONS, FORMS, PLACES, WHYS, Anchors, Hello, Limits, Revocation, Search, Stack, Stage, Words

__all__ = [
    "CONDITIONS",
    "FORMS",
    "PLACES",
    "WHYS",
    "Anchors",
    "Hello",
    "Invalid",
    "Limits",
    "Revocation",
    "Search",
    "Stack",
    "Stage",
    "Words",
    "load_all",
    "read",
]


@cache
def load_all() -> tuple[Stack, ...]:
    """All stacks, by name. Raises ``Invalid`` with file, line and reason if one of the files is not right."""
    return tuple(read(one.read_text(encoding="utf-8"), one.name) for one in sorted(Path(__file__).parent.glob("*.toml")))
