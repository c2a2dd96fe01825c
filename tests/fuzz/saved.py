"""Saved observations as a target: the input says which places of a real document become what."""

import copy
import json
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from tests.odd import odd_certificates

_TEXTS = (
    "",
    "x" * 3000,
    "<script>alert(1)</script>",
    "\x1b[31m\u202e\0",
    "\ud800",
    "{{7*7}}",
    "..",
    "::1",
    "127.0.0.1",
    "xn--",
    "*.example",
    "https",
    "ldaps",
    "TLSv1.3",
    "2026-02-30T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "AAAA",
    "MIIB",
    "done",
    "timed-out",
    "reset",
    "local",
    "engine",
    "handshake",
    "dns",
    "java",
    "hard",
    "soft",
)
_NUMBERS = (0, 1, -1, 2, 11, 22, 40, 48, 70, 112, 116, 120, 255, 256, 400, 403, 503, 2**31, 2**64, -(2**70), 0.5, 1e300, 1e-300, -1.5, 10.0)
_OTHERS: tuple[Any, ...] = (None, True, False, 0, -1, 1, 22, 11, 40, 116, 2**31, 2**64, -(2**70), 0.0, -1.5, 1e300, 1e-300, [], {}, [[]], [{}], [None] * 50)
_DELETE, _DOUBLE, _SWAP = object(), object(), object()
_ENOUGH = 16


def run_saved(data: bytes) -> None:
    """Alter a saved observation as the input says; if it can still be read, diagnose it and write the report in every format."""
    from probe.diagnose import diagnose
    from probe.facts.codec import parse, text
    from probe.facts.observation import Observation
    from probe.facts.unusable import Unusable
    from probe.jobs.replay import saved
    from probe.render import FORMATS
    from probe.report.compose import compose, exit_code

    document = altered(data)
    with NamedTemporaryFile("w") as file:
        json.dump(document, file)
        file.flush()
        try:
            observation = saved(Path(file.name))
        except Unusable:
            return
    assert parse(Observation, text(observation)) == observation
    found = diagnose(observation)
    assert not found.defects, found.defects
    report = compose((found,))
    assert exit_code(report) in (0, 1, 2, 3)
    for render in FORMATS.values():
        assert render(report)


def altered(data: bytes) -> Any:
    """One of the documents with changes: the first byte chooses it, each four further ones name a place and what becomes of it."""
    documents = _documents()
    document = copy.deepcopy(documents[data[0] % len(documents)]) if data else {}
    for at in range(1, min(len(data), 4 * _ENOUGH) - 3, 4):
        _alter(document, int.from_bytes(data[at : at + 3]), data[at + 3])
    return document


def seeds_saved() -> list[bytes]:
    """Each document unaltered, and a few altered ones."""
    return [bytes((number,)) for number in range(len(_documents()))] + [bytes((number, 0, number, 9, number, 1, 2, 3, number)) for number in range(40)]


@cache
def _documents() -> list[Any]:
    """What real checks of the laboratory saw: a few of each kind, as JSON values."""
    from probe.cli.arguments import observed
    from probe.facts.codec import dump
    from probe.lab.healthy import HEALTHY
    from probe.lab.scenario import scenario
    from probe.lab.stage import Stage

    opened = [
        scenario(code)
        for code in (
            "chain.intermediate-missing",
            "endpoint.inconsistent",
            "tls.not-tls",
            "client.required",
            "dns.nxdomain",
            "tls.legacy-only",
            "client.chain-incomplete",
            "client.not-on-file",
        )
    ]
    ways = [one.broken for one in opened if one] + [opens for name, opens in HEALTHY if name in ("cross-signed", "directory", "stapled")]
    found = []
    for opens in ways:
        with Stage() as stage:
            found.append(dump(observed(opens(stage).arguments)))
    return found


def _places(value: Any, found: list[tuple[Any, Any]]) -> None:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        found.append((value, key))
        if isinstance(inner, dict | list):
            _places(inner, found)


@cache
def _bodies() -> tuple[str, ...]:
    import base64

    return tuple(base64.b64encode(der).decode() for _, der in odd_certificates() if len(der) < 2000)


def _chosen(value: Any, what: int) -> Any:
    """What takes a value's place: mostly something of its type, so that most documents can still be read."""
    if what < 16:
        return (*_OTHERS, _DELETE)[what % (len(_OTHERS) + 1)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        found = _NUMBERS[what % len(_NUMBERS)]
        return float(found) if isinstance(value, float) else found
    if isinstance(value, str):
        choices = (*_TEXTS, *_bodies(), _SWAP)
        return choices[what * 7 % len(choices)]
    return (_DOUBLE, [], _SWAP, _DELETE)[what % 4] if isinstance(value, list) else (_DOUBLE, _DELETE, _SWAP)[what % 3]


def _alter(document: Any, where: int, what: int) -> None:
    places: list[tuple[Any, Any]] = []
    _places(document, places)
    if not places:
        return
    holder, key = places[where % len(places)]
    chosen = _chosen(holder[key], what)
    if chosen is _DELETE:
        del holder[key]
    elif chosen is _DOUBLE:
        if isinstance(holder, list) and len(places) < 20_000:
            holder.insert(key, copy.deepcopy(holder[key]))
    elif chosen is _SWAP:
        other, there = places[(where * 31 + 7) % len(places)]
        holder[key], other[there] = copy.deepcopy(other[there]), copy.deepcopy(holder[key])
    elif isinstance(chosen, list | dict):
        holder[key] = copy.deepcopy(chosen)
    else:
        holder[key] = chosen
