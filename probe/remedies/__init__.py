"""Remedies as data: one TOML file an action. This module finds, checks and holds them.

A text may use the placeholders in ``PLACEHOLDERS``, in braces; commands may use only those that cannot hold a hostile value.
"""

import tomllib
from functools import cache
from pathlib import Path
from string import Formatter

from probe.facts.noun import noun

SAFE = frozenset({"host", "port", "name", "peer", "url", "address", "again", "direct_url", "directly", "directory", "nameless"})
PLACEHOLDERS = SAFE | {
    "proxy",
    "renamed",
    "missing",
    "root",
    "certificate",
    "good",
    "sni",
    "version",
    "speaks",
    "respelled",
    "store",
    "addresses",
    "levels",
    "client_id",
    "subprotocol",
    "zone",
    "authority",
    "record",
}
"""Placeholders that commands may use: they were checked when the target was read."""
FIELDS = frozenset({"does", "proof", "check", "owner", "steps"})
STEP_FIELDS = frozenset({"platform", "do", "commands"})
_FOLDER = Path(__file__).parent


@noun
class Step:
    """How one platform does it."""

    platform: str
    do: str
    commands: tuple[str, ...] = ()


@noun
class Remedy:
    """One action. ``does`` is the sentence, ``check`` how to see that it helped.

    ``proof`` names the alteration of the facts with which it is tried ("" when it cannot be).
    """

    action: str
    does: str
    proof: str
    check: str
    owner: str
    steps: tuple[Step, ...]


@cache
def remedy(action: str) -> Remedy:
    """The remedy of this name. Raises ``ValueError`` that names the file and the field when the file is wrong."""
    try:
        text = (_FOLDER / f"{action}.toml").read_text("utf-8")
    except FileNotFoundError:
        raise ValueError(f"remedies/{action}.toml: there is no such file") from None
    return read(action, text)


@cache
def actions() -> tuple[str, ...]:
    """The names of all remedies."""
    return tuple(sorted(one.stem for one in _FOLDER.glob("*.toml")))


def read(action: str, text: str) -> Remedy:
    """Read one remedy file. Raises ``ValueError`` with the file's name and what is wrong."""
    where = f"remedies/{action}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where}: {error}") from None
    if unknown := sorted(set(data) - FIELDS):
        raise ValueError(f"{where}: unknown field {unknown[0]!r}")
    steps = []
    for number, one in enumerate(data.get("steps", ()), 1):
        if unknown := sorted(set(one) - STEP_FIELDS):
            raise ValueError(f"{where}: steps {number}: unknown field {unknown[0]!r}")
        commands = tuple(one.get("commands", ()))
        for command in commands:
            _known(f"{where}: steps {number}: command", command, SAFE)
        steps.append(Step(platform=one["platform"], do=_known(f"{where}: steps {number}", one["do"], PLACEHOLDERS), commands=commands))
    return Remedy(
        action=action,
        does=_known(where, data["does"], PLACEHOLDERS),
        proof=data.get("proof", ""),
        owner=data.get("owner", ""),
        check=_known(where, data.get("check", "probe check {again}"), SAFE | {"renamed", "respelled"}),
        steps=tuple(steps),
    )


def _known(where: str, text: str, allowed: frozenset[str]) -> str:
    for _, field, _, _ in Formatter().parse(text):
        if field is not None and field not in allowed:
            raise ValueError(f"{where}: placeholder {{{field}}} is not allowed here")
    return text
