"""Templates: a variable's name in braces, in the texts of a profile."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
TEMPLATE = re.compile(r"\{([^{}]*)\}")


def used(part: Any) -> tuple[str, ...]:
    """The variables that a part of a profile names, each once."""
    if isinstance(part, str):
        # A JSON document has braces of its own.
        return tuple(dict.fromkeys(name for name in TEMPLATE.findall(part) if NAME.fullmatch(name)))
    if isinstance(part, tuple):
        return tuple(dict.fromkeys(name for one in part for name in used(one)))
    if is_dataclass(part) and not isinstance(part, type):
        return tuple(dict.fromkeys(name for one in fields(part) for name in used(getattr(part, one.name))))
    return ()


def fill(text: str, known: Mapping[str, str]) -> str:
    """Fill in the templates whose variables are known; the others stay."""
    return TEMPLATE.sub(lambda found: known.get(found[1], found[0]), text)
