"""Plans on loopback, and the lists that come of them."""

import json
from pathlib import Path
from typing import Any

from probe.jobs.golive import inspect, prepared
from probe.jobs.golive_plan import read
from probe.lab.dns_server import Record, Zone
from probe.lab.stage import LOOPBACK, Stage
from probe.report.checklist import Checklist, Item
from probe.report.golive import compose

HOST, WWW = "shop.example", "www.shop.example"


def zone(*addresses: str, more: tuple[Record, ...] = ()) -> Zone:
    """A zone in which the shop has these addresses."""
    return Zone(records=(*(Record(name=HOST, type="A", value=one, ttl=300) for one in addresses or (LOOPBACK,)), *more))


def resolvers(stage: Stage, known: Zone | None = None) -> str:
    """The field of a plan that names two DNS servers which know the same, so that nobody beyond this machine is asked."""
    return f"resolver = {json.dumps([stage.dns(known or zone()) for _ in range(2)])}"


def endpoint(port: int, trust: str, *lines: str, host: str = HOST, scheme: str = "https") -> str:
    """One table of a plan."""
    return "\n".join(("[[endpoint]]", f'target = "{scheme}://{host}:{port}"', f"trust = {json.dumps([trust])}", *lines, ""))


def plan(*tables: str, top: str = "") -> str:
    """A whole plan."""
    return "\n".join(("schema = 1", 'title = "List"', top, *tables))


def listed(text: str, folder: Path = Path()) -> Checklist:
    """Go through a plan without a fault."""
    made, faults = read(text, "plan.toml", folder)
    ready = prepared(made, faults, made.day)
    assert faults.told() == ()
    return compose(inspect(ready, lambda _target, _doing: None))


def complaints(text: str, folder: Path = Path()) -> tuple[str, ...]:
    """What speaks against a plan."""
    made, faults = read(text, "plan.toml", folder)
    if made.wanted:
        prepared(made, faults, made.day)
    return faults.told()


def item(found: Checklist, step: str, about: str = "", group: int = 0) -> Item:
    """The one item with this id."""
    (one,) = [one for one in found.groups[group].items if one.id == step and one.about == about]
    return one


def outcomes(found: Checklist, group: int = 0) -> dict[str, str]:
    """Outcome by item."""
    return {f"{one.id} {one.about}".rstrip(): one.outcome.value for one in found.groups[group].items}


def at(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to."""
    for part in pointer.split("/")[1:]:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document
