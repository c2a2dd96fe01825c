"""One table of a profile's document, read field by field: what does not fit is noted with its line, and reading goes on."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from probe.facts.profile import Value
from probe.profiles import patterns
from probe.profiles.lines import Place
from probe.profiles.templates import NAME, TEMPLATE

SHORT, LONG = 1024, 8192
"""Characters of a value, and of a text for people."""
MANY = 200
"""Entries of a list or table."""
PROVENANCE = ("verified", "source")
FAULTS = 50
"""Faults that are told of one document."""


class Faults:
    """What speaks against a document, each with its line. ``variables`` and ``secrets`` are what templates may name."""

    def __init__(self, origin: str, lines: dict[Place, int]) -> None:
        self.origin = origin
        self.lines = lines
        self.noted: list[tuple[int, str]] = []
        self.variables: frozenset[str] = frozenset()
        self.secrets: frozenset[str] = frozenset()

    def note(self, place: Place, says: str) -> None:
        """Note a fault at a place, or at the nearest one above it whose line is known."""
        while place and place not in self.lines:
            place = place[:-1]
        self.noted.append((self.lines.get(place, 1), says))

    def told(self) -> tuple[str, ...]:
        """All faults in the order of their lines."""
        return tuple(f"{self.origin} line {line}: {says}" for line, says in sorted(dict.fromkeys(self.noted))[:FAULTS])


def guess(word: str, known: Iterable[str]) -> str:
    """What may have been meant, as a question, else all that there is."""
    every = sorted(known)
    near = get_close_matches(word, every, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(one or 'an empty text' for one in every)}"


class Table:
    """A table at its place in the document."""

    def __init__(self, values: dict[str, Any], place: Place, faults: Faults) -> None:
        self.values = values
        self.place = place
        self.faults = faults

    def only(self, *fields: str, provenance: bool = True) -> None:
        """Note every field that is none of these."""
        known = (*fields, *(PROVENANCE if provenance else ()))
        for field in self.values:
            if field not in known:
                self.fault(field, f"unknown field {field!r}, {guess(field, known)}")

    def fault(self, field: str | tuple[str | int, ...], says: str) -> None:
        """Note what is wrong with one field, or with a place below this table."""
        self.faults.note((*self.place, *((field,) if isinstance(field, str) else field)), says)

    def has(self, field: str) -> bool:
        """Whether the field is given."""
        return field in self.values

    def text(
        self,
        field: str,
        default: str = "",
        *,
        required: bool = False,
        among: Iterable[str] = (),
        most: int = SHORT,
        template: bool = False,
        secret: bool = False,
        pattern: str = "",
    ) -> str:
        """A string. ``among`` are the only words that it may be, ``template``: it may name variables, ``secret``: also those that are secrets."""
        value = self.values.get(field)
        if value is None:
            if required:
                self.faults.note(self.place, f"field {field!r} is missing")
            return default
        return self._string(value, (field,), among, most, template, secret, pattern)

    def texts(self, field: str, default: tuple[str, ...] = (), *, among: Iterable[str] = (), most: int = SHORT, template: bool = False) -> tuple[str, ...]:
        """A list of strings."""
        found = self._list(field)
        if found is None:
            return default
        words = tuple(among)
        return tuple(self._string(one, (field, number), words, most, template, False, "") for number, one in enumerate(found))

    def values_of(self, field: str, *, template: bool = False, regex: bool = False, pattern: str = "") -> tuple[Value, ...]:
        """A list of values, each a string, or a table with value, verified and source where the single one differs from the rest."""
        found: list[Value] = []
        for number, one in enumerate(self._list(field) or ()):
            if isinstance(one, dict):
                table = Table(one, (*self.place, field, number), self.faults)
                table.only("value")
                text = table.text("value", required=True, template=template, pattern=pattern)
                value = Value(text=text, verified=table.flag("verified", True), source=table.text("source"))
            else:
                value = Value(text=self._string(one, (field, number), (), SHORT, template, False, pattern))
            if regex and (why := patterns.fault(value.text)):
                self.fault((field, number), f"{field}: {why}")
            found.append(value)
        return tuple(found)

    def regex(self, field: str, longest: int = patterns.INPUT) -> str:
        """A regular expression that may be used."""
        found = self.text(field)
        if found and (why := patterns.fault(found, longest)):
            self.fault(field, f"{field}: {why}")
        return found

    def number(self, field: str, default: int | None = None, *, least: int = 0, greatest: int = 100_000) -> int | None:
        """A whole number."""
        value = self.values.get(field)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(field, f"{field} is to be a whole number, not {_kind(value)}")
            return default
        if not least <= value <= greatest:
            self.fault(field, f"{field} is to be between {least} and {greatest}")
            return default
        return value

    def flag(self, field: str, default: bool) -> bool:
        """True or false."""
        value = self.values.get(field, default)
        if not isinstance(value, bool):
            self.fault(field, f"{field} is to be true or false, not {_kind(value)}")
            return default
        return value

    def table(self, field: str) -> "Table | None":
        """The table of this name; ``None`` when it is not given."""
        value = self.values.get(field)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(field, f"{field} is to be a table, not {_kind(value)}")
            return None
        return Table(value, (*self.place, field), self.faults)

    def tables(self, field: str) -> tuple["Table", ...]:
        """The entries of a list of tables."""
        found = []
        for number, one in enumerate(self._list(field) or ()):
            if isinstance(one, dict):
                found.append(Table(one, (*self.place, field, number), self.faults))
            else:
                self.fault((field, number), f"{field} is to be a list of tables, not of {_kind(one)}")
        return tuple(found)

    def named(self, field: str) -> tuple[tuple[str, "Table"], ...]:
        """The tables below this name, each with its own name."""
        whole = self.table(field)
        found: list[tuple[str, Table]] = []
        for name in whole.values if whole else ():
            one = whole.table(name) if whole else None
            if one is None:
                continue
            if not NAME.fullmatch(name):
                one.faults.note(one.place, f"{name!r} is no name: write small letters, digits, - and _")
            elif len(found) < MANY:
                found.append((name, one))
        return tuple(found)

    def provenance(self) -> dict[str, Any]:
        """The fields ``verified`` and ``source``, which most tables have."""
        return {"verified": self.flag("verified", True), "source": self.text("source")}

    def _list(self, field: str) -> list[Any] | None:
        value = self.values.get(field)
        if value is None:
            return None
        if not isinstance(value, list):
            self.fault(field, f"{field} is to be a list, not {_kind(value)}")
            return None
        if len(value) > MANY:
            self.fault(field, f"{field} has more than {MANY} entries")
        return value[:MANY]

    def _string(self, value: Any, field: Place, among: Iterable[str], most: int, template: bool, secret: bool, pattern: str) -> str:
        name = str(field[0])
        if not isinstance(value, str):
            self.fault(field, f"{name} is to be text in quotes, not {_kind(value)}")
            return ""
        if len(value) > most:
            self.fault(field, f"{name} is longer than {most} characters")
            return ""
        words = tuple(among)
        if words and value not in words:
            self.fault(field, f"{name} is {value!r}, {guess(value, words)}")
            return words[0]
        if template:
            self._templates(value, field, secret)
        if pattern and not re.fullmatch(pattern, value) and not (template and TEMPLATE.search(value)):
            self.fault(field, f"{name} {value!r} is not of the form that is expected here")
        return value

    def _templates(self, value: str, field: Place, secret: bool) -> None:
        for used in TEMPLATE.findall(value):
            if used not in self.faults.variables | self.faults.secrets:
                known = self.faults.variables | self.faults.secrets
                self.fault(field, f"{field[0]} uses the variable {used!r}, " + (guess(used, known) if known else "and the profile declares none"))
            elif used in self.faults.secrets and not secret:
                self.fault(field, f"{field[0]} uses the secret {used!r}, which may only stand in a header of a request")
        if re.search(r"[{}]", TEMPLATE.sub("", value)):
            self.fault(field, f"{field[0]} has a brace that belongs to no {{variable}}")


def _kind(value: Any) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (str, "text"),
        (list, "a list"),
        (dict, "a table"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), "a date or time")
