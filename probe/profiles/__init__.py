"""Known systems as data: one TOML file a system. This package finds, checks and holds those that are shipped, and reads what users write."""

from functools import cache
from pathlib import Path

from probe.facts.profile import Profile

_FOLDER = Path(__file__).parent
NEW = "new.txt"
"""The commented document that ``probe profiles new`` begins with."""


@cache
def shipped() -> tuple[str, ...]:
    """The names of the profiles that are shipped, sorted."""
    return tuple(sorted(one.stem for one in _FOLDER.glob("*.toml")))


def document(name: str) -> str:
    """The text of a shipped profile, one of ``shipped()``."""
    return (_FOLDER / f"{name}.toml").read_text("utf-8")


@cache
def load(name: str) -> Profile:
    """A shipped profile, one of ``shipped()``. Raises ``ValueError`` with its faults when the file is wrong."""
    from probe.profiles.read import read  # whoever names no profile needs none of it

    found = read(document(name), f"{name}.toml")
    if found.profile is None:
        raise ValueError("; ".join(found.faults))
    return found.profile


def blank(name: str) -> str:
    """A commented profile to begin with, of this name."""
    return (_FOLDER / NEW).read_text("utf-8").replace("@NAME@", name)
