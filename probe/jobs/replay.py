"""Reading saved observations, to judge them again under other circumstances."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from probe.capture.files import load
from probe.facts.codec import Unreadable, parse
from probe.facts.observation import SCHEMA, Observation
from probe.facts.unusable import Unusable

LIMIT = 64 * 1024 * 1024


def saved(path: Path) -> Observation:
    """Read one saved observation. Raises ``Unusable`` for anything else, and for a newer schema."""
    data = load(path, LIMIT)
    try:
        document = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable(f"{path} is not a saved observation: it is not text.", "Name a file that was written with --save.") from None
    newer = _schema(document, path)
    if newer is not None and newer > SCHEMA:
        raise Unusable(
            f"{path} was written by a newer version of the probe (schema {newer}, this one reads up to {SCHEMA}).",
            "Update the probe, or save it again with this version.",
        )
    try:
        observation = parse(Observation, document)
    except Unreadable as error:
        raise Unusable(
            f"{path} is not a whole saved observation: {error}.", "Name a file that was written with --save, and copy it again if it was cut off."
        ) from None
    return observation


def altered(observation: Observation, *, name: str | None, stack: str | None, at: datetime | None, trust: tuple[str, ...]) -> Observation:
    """The observation with another name, client stack or moment to judge for; what is not given stays."""
    target = observation.target
    return replace(
        observation,
        target=replace(
            target,
            name=name or target.name,
            stack=stack or target.stack,
            at=at or target.at,
            trust=trust or target.trust,
        ),
    )


def _schema(document: str, path: Path) -> int | None:
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        raise Unusable(
            f"{path} is not a saved observation: it is not one whole JSON document.",
            "Name a file that was written with --save, and copy it again if it was cut off.",
        ) from None
    number = value.get("schema") if isinstance(value, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None
