"""Facts to JSON and back, driven by the nouns' own types.

bytes are base64, times ISO 8601 in UTC with ``Z``, members of a union of nouns carry ``"kind"``. Writing is canonical: the same facts give the same text.
Reading is strict about types and lenient about absence: a missing field takes its default, so that an older file can be read.
"""

import base64
import binascii
import json
import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
LIMIT = 64 * 1024 * 1024
"""Characters of a document that are read; a real observation has a few hundred thousand."""


class Unreadable(ValueError):
    """The document does not say what its noun needs; the text names the place and what was expected there."""


def dump(fact: Any) -> Any:
    """Turn a noun into what ``json`` can write."""
    if is_dataclass(fact) and not isinstance(fact, type):
        return {one.name: _dump_field(getattr(fact, one.name), hint) for one, hint in _shape(type(fact))}
    if isinstance(fact, tuple | list):
        return [dump(one) for one in fact]
    if isinstance(fact, StrEnum):
        return fact.value
    if isinstance(fact, bytes):
        return base64.b64encode(fact).decode()
    if isinstance(fact, datetime):
        return fact.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return fact


def text(fact: object) -> str:
    """Write a noun as one JSON document, ASCII only, ending in a newline."""
    return json.dumps(dump(fact), indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def load(kind: type[T], value: Any, place: str = "") -> T:
    """Make a ``kind`` of what ``json`` read. Raises ``Unreadable``."""
    found: T = _load(kind, value, place)
    return found


def parse(kind: type[T], document: str) -> T:
    """Read one JSON document. Raises ``Unreadable``, also for text that is no JSON or is nested too deeply."""
    if len(document) > LIMIT:
        raise Unreadable(f"the document is longer than {LIMIT} characters")
    try:
        value = json.loads(document, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable("the text is not one whole JSON document") from None
    return load(kind, value)


def _no_constant(name: str) -> None:
    raise ValueError(name)


@cache
def _shape(kind: Any) -> tuple[tuple[Any, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((one, hints[one.name]) for one in fields(kind))


def _members(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else ()


def _tagged(hint: Any) -> bool:
    """Whether a value of this type needs a ``kind`` to be read again."""
    return sum(1 for one in _members(hint) if is_dataclass(one)) > 1


def _dump_field(value: Any, hint: Any) -> Any:
    if hint is float:
        return float(value)  # a whole number written as 1 would come back as 1.0
    inner = get_args(hint)
    if isinstance(value, tuple) and inner and _tagged(inner[0]):
        return [_with_kind(one) for one in value]
    return _with_kind(value) if _tagged(hint) and value is not None else dump(value)


def _with_kind(value: object) -> Any:
    return {"kind": type(value).__name__.lower(), **dump(value)}


def _load(hint: Any, value: Any, place: str) -> Any:
    if members := _members(hint):
        return _load_union(members, value, place)
    if get_origin(hint) is tuple:
        return _load_tuple(get_args(hint), value, place)
    if is_dataclass(hint):
        return _load_noun(hint, value, place)
    if hint is bytes:
        return _load_bytes(value, place)
    if hint is datetime:
        return _load_time(value, place)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        try:
            return hint(value)
        except ValueError:
            raise Unreadable(f"{place or '/'}: not one of {', '.join(one.value for one in hint)}") from None
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, bool) is not (hint is bool) or not isinstance(value, hint):
        raise Unreadable(f"{place or '/'}: expected {hint.__name__}, found {type(value).__name__}")
    return value


def _load_union(members: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and type(None) in members:
        return None
    nouns = [one for one in members if is_dataclass(one)]
    if len(nouns) > 1:
        if not isinstance(value, dict):
            raise Unreadable(f"{place or '/'}: expected an object, found {type(value).__name__}")
        for one in nouns:
            if isinstance(one, type) and one.__name__.lower() == value.get("kind"):
                return _load_noun(one, {key: what for key, what in value.items() if key != "kind"}, place)
        raise Unreadable(f"{place or '/'}: kind is not one of {', '.join(one.__name__.lower() for one in nouns if isinstance(one, type))}")
    return _load(next(one for one in members if one is not type(None)), value, place)


def _load_tuple(inner: tuple[Any, ...], value: Any, place: str) -> Any:
    if not isinstance(value, list):
        raise Unreadable(f"{place or '/'}: expected a list, found {type(value).__name__}")
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_load(inner[0], one, f"{place}/{index}") for index, one in enumerate(value))
    if len(value) != len(inner):
        raise Unreadable(f"{place or '/'}: expected {len(inner)} entries, found {len(value)}")
    return tuple(_load(kind, one, f"{place}/{index}") for index, (kind, one) in enumerate(zip(inner, value, strict=True)))


def _load_noun(kind: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise Unreadable(f"{place or '/'}: expected an object, found {type(value).__name__}")
    shape = _shape(kind)
    if unknown := sorted(set(value) - {one.name for one, _ in shape}):
        raise Unreadable(f"{place or '/'}: unknown field {unknown[0]!r}")
    known: dict[str, Any] = {}
    for one, hint in shape:
        if one.name in value:
            known[one.name] = _load(hint, value[one.name], f"{place}/{one.name}")
        elif one.default is MISSING and one.default_factory is MISSING:
            raise Unreadable(f"{place or '/'}: field {one.name!r} is missing")
    return kind(**known)


def _load_bytes(value: Any, place: str) -> bytes:
    try:
        return base64.b64decode(value.encode("ascii"), validate=True)
    except (AttributeError, UnicodeEncodeError, binascii.Error):
        raise Unreadable(f"{place or '/'}: expected base64") from None


def _load_time(value: Any, place: str) -> datetime:
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unreadable(f"{place or '/'}: expected an ISO 8601 time") from None
    if when.tzinfo is None:
        raise Unreadable(f"{place or '/'}: the time names no zone")
    try:
        return when.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unreadable(f"{place or '/'}: the time is out of range") from None
