"""How each platform is told to trust a certificate, as data: one TOML file a platform. This module finds, checks and holds them.

Commands may use the placeholders in ``SAFE`` alone: names of files that the probe made up itself, and the checked parts of a target.
"""

import tomllib
from functools import cache
from pathlib import Path
from string import Formatter

from probe.facts.noun import noun

SAFE = frozenset({"pem", "cer", "store", "bundle", "alias", "password", "host", "port", "peer", "place", "name", "url"})
OF_A_TARGET = frozenset({"host", "port", "peer", "place", "name", "url"})
"""Those that a file alone does not give."""
KINDS = ("root", "intermediate", "leaf")
_FIELDS = frozenset({"platform", "order", "anchors", "refuses", "manual", "profiles", "steps"})
_STEP_FIELDS = frozenset({"do", "commands", "kinds", "manual"})
_FOLDER = Path(__file__).parent


@noun
class Step:
    """One step for certificates of these ``kinds``: what to do, and commands to copy. ``manual``: taken from the manual, not tried."""

    do: str
    commands: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS
    manual: bool = False


@noun
class Platform:
    """One platform. ``anchors`` are the kinds of certificates that it takes as an anchor, ``refuses`` what it makes of the others.

    ``profiles`` are those of known systems that run on it: for them it is the only one that matters; a platform with profiles is shown last otherwise.
    """

    id: str
    platform: str
    order: int
    anchors: tuple[str, ...]
    refuses: str
    profiles: tuple[str, ...]
    steps: tuple[Step, ...]


@cache
def platforms() -> tuple[Platform, ...]:
    """All of them in their order. Raises ``ValueError`` that names the file and the field when one is wrong."""
    found = [read(one.stem, one.read_text("utf-8")) for one in sorted(_FOLDER.glob("*.toml"))]
    return tuple(sorted(found, key=lambda one: (one.order, one.id)))


def read(name: str, text: str) -> Platform:
    """Read one file. Raises ``ValueError`` with the file's name and what is wrong."""
    where = f"remedies/install/{name}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where}: {error}") from None
    if unknown := sorted(set(data) - _FIELDS):
        raise ValueError(f"{where}: unknown field {unknown[0]!r}")
    steps = []
    for number, one in enumerate(data.get("steps", ()), 1):
        if unknown := sorted(set(one) - _STEP_FIELDS):
            raise ValueError(f"{where}: steps {number}: unknown field {unknown[0]!r}")
        kinds = _kinds(f"{where}: steps {number}", one.get("kinds", KINDS))
        for line in (one["do"], *one.get("commands", ())):
            _known(f"{where}: steps {number}", line)
        steps.append(Step(do=one["do"], commands=tuple(one.get("commands", ())), kinds=kinds, manual=one.get("manual", data.get("manual", False))))
    anchors = _kinds(where, data["anchors"])
    if set(anchors) != set(KINDS) and not data.get("refuses"):
        raise ValueError(f"{where}: it does not take everything, and refuses does not say what happens then")
    return Platform(
        id=name,
        platform=data["platform"],
        order=data.get("order", 50),
        anchors=anchors,
        refuses=data.get("refuses", ""),
        profiles=tuple(data.get("profiles", ())),
        steps=tuple(steps),
    )


def _kinds(where: str, given: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    if unknown := [one for one in given if one not in KINDS]:
        raise ValueError(f"{where}: unknown kind {unknown[0]!r}")
    return tuple(given)


def _known(where: str, text: str) -> None:
    for _, name, _, _ in Formatter().parse(text):
        if name is not None and name not in SAFE:
            raise ValueError(f"{where}: placeholder {{{name}}} is not allowed here")
