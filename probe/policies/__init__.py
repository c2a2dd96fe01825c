"""What browsers, Java and authorities have agreed on or decided, with dates: data, each file with its source. Nothing here is guessed.

``validity.toml``: how long a public certificate may be valid. ``distrusted.toml``: roots whose newer certificates a client refuses.
``caa.toml``: the domain names by which authorities know themselves in CAA records.
``inspection.toml``: the names that TLS-inspecting products give to their own authorities. ``countries.toml``: the codes of countries.
"""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from probe.facts.certificate import Name
from probe.facts.noun import noun

_FOLDER = Path(__file__).parent


@noun
class Limit:
    """From ``since`` on (the day of issue, UTC), a public certificate may be valid for ``days``.

    ``refused`` says who refuses a longer one ("": nobody that is known).
    """

    since: date
    days: int
    refused: str = ""


@noun
class Root:
    """One root: SHA-256 of the certificate in lower-case hex ("" if not known), and the attributes by which its name is told."""

    sha256: str
    name: tuple[tuple[str, str], ...]


@noun
class Distrust:
    """``client`` refuses certificates below these roots that were issued after this day (UTC). ``text`` is its message, with {anchor} for the root's name."""

    client: str
    label: str
    issued_after: date
    text: str
    source: str
    roots: tuple[Root, ...]


@noun
class Product:
    """A product that opens TLS on the way, and how its authorities are called: for each form the attributes, an asterisk at an end stands for anything."""

    name: str
    kind: str
    forms: tuple[tuple[tuple[str, str], ...], ...]

    def has(self, name: Name) -> bool:
        """Whether a distinguished name has all attributes of one of the forms; letters' case does not count."""
        return any(all(_has(name, label, wanted) for label, wanted in form) for form in self.forms)


@noun
class CaaIssuer:
    """An authority, the organizations in the names of its issuing certificates, and the domain names that it takes for its own in CAA records."""

    name: str
    organizations: tuple[str, ...]
    domains: tuple[str, ...]
    source: str


@cache
def limits() -> tuple[Limit, ...]:
    """How long public certificates may be valid, the oldest rule first."""
    return tuple(sorted((Limit(**one) for one in _read("validity")["limits"]), key=lambda one: one.since))


@cache
def distrusted() -> tuple[Distrust, ...]:
    """The roots that a client no longer trusts for new certificates."""
    found = _read("distrusted")
    roots = {
        label: tuple(Root(sha256=one.get("sha256", ""), name=tuple(sorted((key, value) for key, value in one.items() if key != "sha256"))) for one in every)
        for label, every in found["roots"].items()
    }
    return tuple(Distrust(**{**one, "roots": tuple(root for label in one["roots"] for root in roots[label])}) for one in found["rules"])


@cache
def products() -> tuple[Product, ...]:
    """The products that are known by name."""
    return tuple(
        Product(name=one["name"], kind=one["kind"], forms=tuple(tuple(sorted(form.items())) for form in one["forms"]))
        for one in _read("inspection")["products"]
    )


@cache
def caa_issuers() -> tuple[CaaIssuer, ...]:
    """The authorities whose domain names in CAA records are known."""
    return tuple(
        CaaIssuer(name=one["name"], organizations=tuple(one["organizations"]), domains=tuple(one["domains"]), source=one["source"])
        for one in _read("caa")["issuers"]
    )


@cache
def countries() -> tuple[frozenset[str], dict[str, str]]:
    """The assigned country codes, and for what people write in their place the code that is meant."""
    found = _read("countries")
    return frozenset(found["codes"].split()), found["meant"]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))


def _has(name: Name, label: str, wanted: str) -> bool:
    return any(short == label and _like(value.lower(), wanted.lower()) for short, value in name.attributes)


def _like(value: str, wanted: str) -> bool:
    bare = wanted.strip("*")
    if wanted.startswith("*") and wanted.endswith("*"):
        return bare in value
    if wanted.startswith("*"):
        return value.endswith(bare)
    return value.startswith(bare) if wanted.endswith("*") else value == wanted
