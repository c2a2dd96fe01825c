"""Reading saved observations, to judge them again under other circumstances: files of their own, and those that travel inside of HTML reports."""

import base64
import binascii
import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from probe.capture.files import INPUT, load, load_input
from probe.capture.stores import Loaded, relevant
from probe.facts.codec import Unreadable, parse
from probe.facts.observation import SCHEMA, Observation
from probe.facts.target import Pin
from probe.facts.unusable import Unusable
from probe.jobs.compared import involved
from probe.protocols import NAMES

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
    """Read what a file holds: one saved observation, or all those in an HTML or JSON report, in its order; ``-`` is the standard input. Raises ``Unusable``."""
    data = load_input(LIMIT) if str(path) == "-" else load(path, LIMIT)
    path = INPUT if str(path) == "-" else path
    try:
        # Redirected by an old PowerShell, text arrives in UTF-16.
        document = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{path} is not a saved observation: it is not text.", "Name a file that was written with --save.") from None
    if document.lstrip()[:1] == "<":
        return tuple(_observation(one, path) for one in _embedded(document, path))
    if (reported := _reported(document, path)) is not None:
        return tuple(_observation(one, path) for one in reported)
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


def _reported(document: str, path: Path) -> tuple[str, ...] | None:
    """The documents inside of a JSON report, or of what go-live saved; ``None`` for what is neither."""
    value = _json(document, path)
    results = value.get("results", value.get("seen")) if isinstance(value, dict) else None
    if not isinstance(results, list):
        return None
    # Of an endpoint of go-live its own observation stands first, then those under further names.
    looks: list[list[Any]] = [held if isinstance(held := one.get("looks"), list) else [one] for one in results[: RESULTS + 1] if isinstance(one, dict)]
    found = [one.get("observation") for each in looks for one in each if isinstance(one, dict)]
    found = [one for one in found if one is not None or "seen" not in value]
    if not found or len(found) > RESULTS or not all(isinstance(one, dict) for one in found):
        raise Unusable(
            f"{path} is a JSON report of more than {RESULTS} targets." if len(found) > RESULTS else f"{path} is a JSON report without observations.",
            "Name a report that was written without --redact, or a file that was written with --save.",
        )
    return tuple(json.dumps(one) for one in found)


def _observation(document: str, path: Path) -> Observation:
    refuse_newer(_schema(document, path), SCHEMA, path)
    try:
        observation = parse(Observation, document)
    except Unreadable as error:
        raise Unusable(
            f"{path} is not a whole saved observation: {error}.", "Name a file that was written with --save, and copy it again if it was cut off."
        ) from None
    refuse_unspoken(observation, path)
    return observation


def refuse_newer(number: int | None, known: int, path: Path) -> None:
    """Refuse what a newer version has saved. Raises ``Unusable``."""
    if number is not None and number > known:
        raise Unusable(
            f"{path} was written by a newer version of the probe (schema {number}, this one reads up to {known}).",
            "Update the probe, or save it again with this version.",
        )


def refuse_unspoken(observation: Observation, path: Path) -> None:
    """Refuse an observation about a protocol that is not known. Raises ``Unusable``."""
    if observation.target.protocol not in NAMES and observation.target.inspecting is None:
        raise Unusable(f"{path} is about a protocol that this version does not speak.", f"It speaks {', '.join(NAMES)}.")


def altered(
    observation: Observation,
    *,
    name: str | None = None,
    stack: str | None = None,
    at: datetime | None = None,
    trust: tuple[str, ...] = (),
    pin: Pin | None = None,
    revocation: str | None = None,
) -> Observation:
    """The observation with another name, client stack, moment, expected certificate or way to treat revocation to judge for; what is not given stays."""
    target = observation.target
    return replace(
        observation,
        target=replace(
            target,
            name=name or target.name,
            listening=replace(target.listening, named=True) if target.listening and name else target.listening,
            stack=stack or target.stack,
            at=at or target.at,
            trust=trust or target.trust,
            pin=pin or target.pin,
            revocation=revocation or target.revocation,
        ),
    )


def with_public(observation: Observation, source: str, listed: Loaded | None) -> Observation:
    """The observation with another list of authorities that count as public; ``listed`` is what is in it, ``None`` for no list at all."""
    others = tuple(one for one in observation.compared if one.source not in (observation.target.public, source))
    stores = (replace(relevant(listed, involved(observation)), source=source, skipped=(), refused=()),) if listed else ()
    return replace(observation, compared=(*stores, *others), target=replace(observation.target, public=source))


def _schema(document: str, path: Path) -> int | None:
    value = _json(document, path)
    number = value.get("schema") if isinstance(value, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _json(document: str, path: Path) -> Any:
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        raise Unusable(
            f"{path} is not a saved observation: it is not one whole JSON document.",
            "Name a file that was written with --save, and copy it again if it was cut off.",
        ) from None
