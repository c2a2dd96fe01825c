"""A profile for a copy: written from the agreement that the check went by, with its variables filled in and its fingerprints those of the copies."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any

from probe.facts.certificate import Certificate
from probe.facts.profile import Agreement, Asking, Check, Environment, ExpectedPin, Value
from probe.facts.target import Pin
from probe.lab.pki import pem
from probe.lab.reproduce_chain import Copies
from probe.lab.reproduce_trust import copied_digest
from probe.lab.stage import Stage
from probe.profiles.read import SCHEMA, read
from probe.profiles.templates import used

_BARE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TABLES = ("tls", "names", "trust", "revocation", "client_certificate", "handover", "renewal", "request", "report")


def profile_options(
    stage: Stage,
    agreement: Agreement | None,
    known: tuple[Certificate, ...],
    copies: Copies,
    expected: tuple[Pin, ...] = (),
    files: tuple[str, ...] = (),
    places: Mapping[str, str] | None = None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the profile; give the options that name it and what was chosen in it, and what could not be copied.

    ``expected`` are the pins of the check, ``files`` the copies of the trust stores that the profile names, ``places`` the addresses and what they become.
    """
    if agreement is None:
        return (), ()
    digests = {hashlib.sha256(one.der).hexdigest(): hashlib.sha256(copies.certificate(one).der).hexdigest() for one in known}
    pins = tuple(_expected(stage, one, number, known, copies) for number, one in enumerate(expected, 1) if not one.option)
    try:
        text = document(_placed(agreement, places or {}), digests, pins, files)
    except (TypeError, ValueError, RecursionError):
        return (), (f"the profile {agreement.profile}, which cannot be written as a file; its checks are not done",)
    name = f"{agreement.profile}.toml" if _BARE.fullmatch(agreement.profile) else "profile.toml"
    if faults := read(text, name).faults:
        return (), (f"the profile {agreement.profile} ({faults[0]}); its checks are not done",)
    options = ["--profile", str(stage.write(name, text))]
    options += ["--env", agreement.environment] if agreement.environment else []
    options += ["--endpoint", agreement.endpoint.name]
    options += [text for pair in (*agreement.variables, *agreement.secrets) for text in ("--var", "=".join(pair))]
    options += [text for one in agreement.allowed for text in ("--allow", one)]
    losses = tuple(f"the secret of the variable {one}; before the check of the copy set {name} to anything" for one, name in agreement.secrets)
    return tuple(options), losses


def document(agreement: Agreement, digests: Mapping[str, str], pins: tuple[ExpectedPin, ...] = (), files: tuple[str, ...] = ()) -> str:
    """The agreement as a profile with one endpoint. ``digests`` are fingerprints and what they become,
    ``pins`` what it expects of the copy, ``files`` its trust stores.

    Raises ``ValueError`` for what TOML cannot hold.
    """
    environments = tuple(_marked(one, digests) for one in agreement.environments)
    # What is trusted is said by options; whose files these are, the profile alone says.
    trust = replace(agreement.trust, files=files, pins=pins)
    endpoint = replace(agreement.endpoint, environment=agreement.environment)
    whole = replace(agreement, environments=environments, trust=trust)
    given = dict(agreement.variables)
    variables: dict[str, dict[str, str | bool]] = {name: {"type": "text"} for name in given}
    variables |= {name: {"type": "secret-env"} for name, _ in agreement.secrets}
    parts = (whole.names, whole.client_certificate, whole.report, whole.handover, whole.texts, endpoint, tuple(_shown(one) for one in whole.checks))
    # A template that is left belongs to a variable for which nothing was given.
    variables |= {name: {"type": "text", "required": False} for name in used((parts, whole.environments)) if name not in variables}
    lines = [
        f"schema = {SCHEMA}",
        f"id = {_toml(whole.profile)}",
        f"title = {_toml(whole.title or whole.profile)}",
        f"sources = {_toml(list(whole.sources))}",
        "",
    ]
    for name, table in variables.items():
        lines += _section(("variables", name), table)
    for one in whole.environments:
        lines += _section(("environments", one.name), _table(one, "name"))
    lines += _section(("endpoints", endpoint.name), _table(endpoint, "name"))
    for kind in _TABLES:
        found = getattr(whole, kind)
        lines += _section((kind,), _table(found)) if found is not None and _table(found) else []
    for text in whole.texts:
        lines += _section(("texts", text.id), _table(text, "id"))
    for check in whole.checks:
        lines += ["[[checks]]", *_section((), _check(check))]
    return "\n".join(lines)


def _expected(stage: Stage, one: Pin, number: int, known: tuple[Certificate, ...], copies: Copies) -> ExpectedPin:
    """A pin of the copy: a file where the original was one, as its dates tell more than its fingerprint."""
    bare = ExpectedPin(kind=one.kind, since=one.since, until=one.until)
    if one.certificate is None:
        return replace(bare, sha256=copied_digest(one, known, copies))
    return replace(bare, file=str(stage.write(f"expected-{number}.pem", pem(copies.certificate(one.certificate).der))))


def _placed(agreement: Agreement, places: Mapping[str, str]) -> Agreement:
    """The copy is on loopback, wherever the original is: its addresses are those of the copies, if there are copies of all."""
    listed = agreement.endpoint.addresses
    if listed != ("first",):
        listed = tuple(places[one] for one in listed) if set(listed) <= set(places) else ("all",)
    return replace(agreement, endpoint=replace(agreement.endpoint, addresses=listed))


def _marked(one: Environment, digests: Mapping[str, str]) -> Environment:
    marks = one.marks
    return replace(one, marks=replace(marks, anchor_sha256=tuple(replace(mark, text=digests.get(mark.text, mark.text)) for mark in marks.anchor_sha256)))


def _shown(one: Check) -> Check:
    return replace(one, request=replace(one.request, json=""))


def _check(one: Check) -> dict[str, Any]:
    table = _table(replace(one, request=Asking()))
    table["expect"] = [_table(row) for row in one.expect]
    request = _table(replace(one.request, headers=(), json=""))
    request |= {"headers": dict(one.request.headers)} if one.request.headers else {}
    request |= {"json": json.loads(one.request.json)} if one.request.json else {}
    return table | ({"request": request} if request else {})


def _table(part: Any, *without: str) -> dict[str, Any]:
    """The fields of a part that are not as usual."""
    found = {}
    for one in fields(part):
        value = getattr(part, one.name)
        usual = one.default if one.default is not MISSING else None
        if one.name not in without and value is not None and value != usual:
            found[one.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Value):
        only = {"value": value.text} | ({} if value.verified else {"verified": False}) | ({"source": value.source} if value.source else {})
        return value.text if len(only) == 1 else only
    if is_dataclass(value) and not isinstance(value, type):
        return _table(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _section(place: tuple[str, ...], table: Mapping[str, Any]) -> list[str]:
    head = [f"[{'.'.join(_key(one) for one in place)}]"] if place else []
    return [*head, *(f"{_key(name)} = {_toml(value)}" for name, value in table.items()), ""]


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _toml(name)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_toml(one)}" for name, one in value.items()) + " }" if value else "{}"
    raise ValueError(f"TOML has no {type(value).__name__}")


def quoted(text: str) -> str:
    """A basic string of TOML. Raises ``ValueError`` for half of a surrogate pair."""
    text.encode()
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
