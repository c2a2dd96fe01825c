"""Reading and checking the file of a client stack. What is wrong is said with the line it stands on."""

import re
import tomllib
from typing import Any, get_origin, get_type_hints

from probe.stacks.stack import (
    CERTIFICATE_CHOICES,
    CONDITIONS,
    FORMS,
    LATER_CHOICES,
    PLACES,
    REFUSALS,
    WHYS,
    Anchors,
    Hello,
    Limits,
    Revocation,
    Search,
    Stack,
    Stage,
    Words,
)

_TABLES: dict[str, type[Any]] = {"search": Search, "anchors": Anchors, "limits": Limits, "revocation": Revocation, "hello": Hello}
_LISTS: dict[str, type[Any]] = {"stages": Stage, "words": Words}
_HINTS = {kind: get_type_hints(kind) for kind in (*_TABLES.values(), *_LISTS.values())}
_PLAIN = {"name": str, "title": str, "compared": str, "form": str, "aside": str, "prints_last": bool}
_CHOICES = {"search.way": ("greedy", "ordered", "any"), "anchors.leaf": ("no", "checked", "unchecked")}
_CHOSEN = {"client_certificate": CERTIFICATE_CHOICES, "post_handshake": LATER_CHOICES}
_STAGE_CHOICES = {"on": PLACES, "walk": ("up", "down"), "part": ("path", "after"), "mode": ("", "direct", "search")}
_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w-]+)\s*\]")
_KEY = re.compile(r"^\s*([\w-]+)\s*=")


class Invalid(ValueError):
    """The file does not describe a client stack; the text says where and why."""


def read(document: str, source: str) -> Stack:
    """Make a stack of one TOML document; ``source`` names the file in complaints. Raises ``Invalid``."""
    try:
        data = tomllib.loads(document)
    except tomllib.TOMLDecodeError as wrong:
        raise Invalid(f"{source}: {wrong}") from None
    try:
        return _stack(data)
    except _Wrong as wrong:
        raise Invalid(f"{source}, line {_line(document, *wrong.place)}: {wrong.why}") from None


class _Wrong(Exception):
    def __init__(self, why: str, *place: str | int) -> None:
        super().__init__(why)
        self.why = why
        self.place = place


def _stack(data: dict[str, Any]) -> Stack:
    known = {*_PLAIN, *_TABLES, *_LISTS, "names", *_CHOSEN}
    for key in data:
        if key not in known:
            raise _Wrong(f"nothing is called {key!r} here; there are {', '.join(sorted(known))}", key)
    for key in sorted(known):
        if key not in data:
            raise _Wrong(f"{key!r} is missing")
    plain: dict[str, Any] = {key: _typed(data[key], kind, key) for key, kind in _PLAIN.items()}
    cites: list[tuple[str, str]] = []
    parts: dict[str, Any] = {key: _cited(kind, data[key], key, cites) for key, kind in _TABLES.items()}
    names = _cited_value(data["names"], ("names",), cites)
    for key, choices in _CHOSEN.items():
        plain[key] = _cited_value(data[key], (key,), cites)
        if plain[key] not in choices:
            raise _Wrong(f"{key!r} must be one of {', '.join(choices)}, not {plain[key]!r}", key)
    lists: dict[str, Any] = {
        key: tuple(_entry(kind, one, key, index) for index, one in enumerate(_typed(data[key], list, key))) for key, kind in _LISTS.items()
    }
    cites += [(f"stages.{index}", stage.cite) for index, stage in enumerate(lists["stages"])]
    return Stack(**plain, verified=bool(plain["compared"]), **parts, names=_words(names, FORMS, "names", "is"), **lists, citations=tuple(cites))


def _typed(value: Any, kind: type[Any], *place: str | int) -> Any:
    if type(value) is not kind:
        raise _Wrong(f"{place[-1]!r} must be {_called(kind)}, not {_called(type(value))}", *place)
    return value


def _called(kind: type[Any]) -> str:
    return {str: "a text", int: "a number", bool: "true or false", list: "a list", dict: "a table"}.get(kind, kind.__name__)


def _words(value: Any, allowed: tuple[str, ...], *place: str | int) -> tuple[str, ...]:
    for one in _typed(value, list, *place):
        if not isinstance(one, str) or (allowed and one not in allowed):
            raise _Wrong(f"{one!r} cannot stand in {place[-1]!r}" + (f"; it may be {', '.join(allowed)}" if allowed else ""), *place)
    return tuple(value)


def _cited_value(value: Any, place: tuple[str, ...], cites: list[tuple[str, str]]) -> Any:
    """The value of ``{ is = ..., cite = "..." }``; its source is put among the citations."""
    if not isinstance(value, dict) or set(value) != {"is", "cite"} or not isinstance(value["cite"], str) or not value["cite"].strip():
        raise _Wrong(f'{place[-1]!r} must be written {{ is = ..., cite = "..." }}', *place)
    cites.append((".".join(place), value["cite"]))
    return value["is"]


def _cited(kind: type[Any], table: Any, key: str, cites: list[tuple[str, str]]) -> Any:
    hints = _HINTS[kind]
    for name in _typed(table, dict, key):
        if name not in hints:
            raise _Wrong(f"nothing is called {name!r} in [{key}]", key, name)
    made: dict[str, Any] = {}
    for name, hint in hints.items():
        if name not in table:
            raise _Wrong(f"{name!r} is missing in [{key}]", key)
        value = _cited_value(table[name], (key, name), cites)
        if hint is tuple or get_origin(hint) is tuple:
            made[name] = _pairs(value, key, name) if name == "keys" else _words(value, (), key, name)
        else:
            made[name] = _typed(value, hint, key, name)
        choices = _CHOICES.get(f"{key}.{name}")
        if choices and value not in choices:
            raise _Wrong(f"{name!r} must be one of {', '.join(choices)}, not {value!r}", key, name)
    return kind(**made)


def _pairs(value: Any, *place: str | int) -> tuple[tuple[str, int], ...]:
    for bits in _typed(value, dict, *place).values():
        _typed(bits, int, *place)
    return tuple(value.items())


def _entry(kind: type[Any], value: Any, key: str, index: int) -> Any:
    hints = _HINTS[kind]
    place = (key, index)
    for name in _typed(value, dict, *place):
        if name not in hints:
            raise _Wrong(f"nothing is called {name!r} in [[{key}]]", *place, name)
    for name in ("whys", "cite" if kind is Stage else "text"):
        if name not in value:
            raise _Wrong(f"{name!r} is missing in [[{key}]]", *place)
    made: dict[str, Any] = {}
    for name, one in value.items():
        if name == "whys":
            made[name] = _words(one, WHYS if kind is Stage else (*WHYS, *REFUSALS, "*"), *place, name)
        elif name == "when":
            made[name] = _words(one, CONDITIONS, *place, name)
        elif name == "unless":
            made[name] = tuple(_words(group, CONDITIONS, *place, name) for group in _typed(one, list, *place, name))
        else:
            made[name] = _typed(one, hints[name], *place, name)
        choices = _STAGE_CHOICES.get(name)
        if choices and one not in choices:
            raise _Wrong(f"{name!r} must be one of {', '.join(filter(None, choices))}, not {one!r}", *place, name)
    return kind(**made)


def _line(document: str, *place: str | int) -> int:
    """The line of a key; of its table if the key is not there; 1 if neither is."""
    table = place[0] if place else ""
    index = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    key = place[-1] if place and isinstance(place[-1], str) else ""
    found, current, seen = 1, "", -1
    for number, line in enumerate(document.splitlines(), 1):
        if header := _HEADER.match(line):
            current = header[2]
            if current == table:
                seen += 1
                found = number if seen == index else found
        elif (match := _KEY.match(line)) and match[1] == key and (current, seen) == (("", -1) if len(place) == 1 else (table, index)):
            return number
    return found
