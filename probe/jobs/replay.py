"""Reading saved observations, to judge them again under other circumstances: files of their own, and those that travel inside of HTML reports."""

import base64
import binascii
import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from probe.capture.files import load
from probe.facts.codec import Unreadable, parse
from probe.facts.observation import SCHEMA, Observation
from probe.facts.unusable import Unusable

LIMIT = 64 * 1024 * 1024
RESULTS = 1000
"""Observations of one HTML report that are read."""

# What a browser writes when it saves the page again: the same element, perhaps with other white space in it. Bounded, so that no file makes it slow.
_EMBEDDED = re.compile(r"<template\b[^<>]{0,200}\bclass=\"observation\"[^<>]{0,200}+>([^<]*+)</template", re.IGNORECASE)


def saved(path: Path) -> Observation:
    """Read one saved observation, from a file of its own or an HTML report of one target. Raises ``Unusable`` for anything else, and for a newer schema."""
    found = all_saved(path)
    if len(found) > 1:
        raise Unusable(f"{path} is a report of {len(found)} targets.", "Name a report of one target, or a file that was written with --save.")
    return found[0]


def all_saved(path: Path) -> tuple[Observation, ...]:
    """Read what a file holds: one saved observation, or all those in an HTML report, in its order. Raises ``Unusable``."""
    data = load(path, LIMIT)
    try:
        document = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{path} is not a saved observation: it is not text.", "Name a file that was written with --save.") from None
    if document.lstrip()[:1] == "<":
        return tuple(_observation(one, path) for one in _embedded(document, path))
    return (_observation(document, path),)


def _embedded(page: str, path: Path) -> tuple[str, ...]:
    """The documents inside of an HTML report."""
    found = _EMBEDDED.findall(page)
    if not found or len(found) > RESULTS:
        raise Unusable(
            f"{path} is an HTML page without observations." if not found else f"{path} holds more than {RESULTS} observations.",
            "Name a report that was written by probe check --html without --redact, and that no mail program has changed.",
        )
    try:
        return tuple(base64.b64decode("".join(one.split()), validate=True).decode("ascii") for one in found)
    except (binascii.Error, ValueError):
        raise Unusable(f"The observation inside of {path} is damaged.", "Get the file again, as it was written.") from None


def _observation(document: str, path: Path) -> Observation:
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
