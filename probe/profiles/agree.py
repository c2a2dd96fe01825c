"""From a profile to an agreement: one environment, one endpoint, every variable filled in. Raises ``Unusable`` and then lists what there is."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

from probe.facts.profile import Agreement, Asking, Check, Endpoint, Environment, Expect, Profile, Variable
from probe.facts.unusable import Unusable
from probe.profiles import patterns
from probe.profiles.rules import is_day
from probe.profiles.table import guess
from probe.profiles.templates import fill, used

LONGEST = 512
"""Characters of a variable's value."""
KINDS = {"host": r"[A-Za-z0-9._:\[\]-]{1,253}", "port": r"[1-9]\d{0,4}", "id": r"[!-~]{1,256}", "secret-env": r"[A-Za-z_][A-Za-z0-9_]{0,127}"}
"""What a value of each type must look like, besides the profile's own pattern."""
WORDS = {"host": "a host name or address", "port": "a port", "id": "an identifier without blanks", "secret-env": "the name of an environment variable"}
SAFE_IN_PATH = "*-._~:@!$'()+,="
"""What a value may bring into a path besides letters and digits; a slash, a question mark or a percent sign is escaped."""


def environment(profile: Profile, name: str | None, host: str = "") -> Environment | None:
    """The environment that is meant: the one named, or that a host belongs to, or the only one; ``None`` for a profile without. Raises ``Unusable``."""
    usable = tuple(one for one in profile.environments if any(place.environment == one.name for place in profile.endpoints))
    listed = ", ".join(one.name for one in usable) or "none"
    if name:
        found = next((one for one in usable if one.name == name), None)
        if found is None:
            raise Unusable(f"The profile {profile.id} has no environment {name!r}.", f"It has: {listed}.")
        return found
    if host:
        known = [one for one in usable if host in _names_of(profile, one)]
        if len(known) == 1:
            return known[0]
    if len(usable) > 1:
        raise Unusable(f"The profile {profile.id} has several environments: {listed}.", f"Name one: --env {usable[-1].name}")
    return usable[0] if usable else None


def _names_of(profile: Profile, one: Environment) -> set[str]:
    places = [place for place in profile.endpoints if place.environment == one.name]
    return {mark.text for mark in one.marks.server_names} | {place.host for place in places} | {alias.text for place in places for alias in place.aliases}


def endpoints(profile: Profile, chosen: Environment | None, name: str | None) -> tuple[Endpoint, ...]:
    """The endpoints that are meant: the one named, or all of the environment that we call, or all where they call us. Raises ``Unusable``."""
    usable = tuple(one for one in profile.endpoints if not one.environment or chosen is None or one.environment == chosen.name)
    if name:
        found = tuple(one for one in usable if one.name == name)
        if not found:
            where = f" in the environment {chosen.name}" if chosen else ""
            raise Unusable(f"The profile {profile.id} has no endpoint {name!r}{where}.", f"It has: {', '.join(one.name for one in usable)}.")
        return found
    return tuple(one for one in usable if one.direction == "out") or usable


def values(profile: Profile, given: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The variables' values, defaults included. Raises ``Unusable`` for an unknown one, one given twice, and a value that does not fit."""
    known = {one.name: one for one in profile.variables}
    found = {one.name: one.default for one in profile.variables if one.default}
    seen: set[str] = set()
    for name, value in given:
        one = known.get(name)
        if one is None:
            says = f"The profile {profile.id} has no variable {name!r}."
            raise Unusable(says, guess(name, known).capitalize() + ("" if guess(name, known).endswith("?") else ".") if known else "It has none.")
        if name in seen:
            raise Unusable(f"The variable {name} is given twice.", "Give it once.")
        seen.add(name)
        _fitting(profile, one, value)
        found[name] = value
    return found


def _fitting(profile: Profile, one: Variable, value: str) -> None:
    example = f" For example: --var {one.name}={one.example}" if one.example else ""
    about = f"{one.help.rstrip('.')}." if one.help else ""
    # A value that is no name of an environment variable may be the secret itself, so it is not repeated.
    shown = "What was given" if one.type == "secret-env" else repr(value[:80])
    if not value or len(value) > LONGEST or not value.isprintable() or set(value) & set("{}"):
        raise Unusable(f"{shown} cannot be the value of {one.name} in the profile {profile.id}.", f"{about}{example}".strip() or "Give a printable text.")
    if one.type in KINDS and not re.fullmatch(KINDS[one.type], value):
        raise Unusable(f"{shown} is not {WORDS[one.type]}, as {one.name} in the profile {profile.id} must be.", f"{about}{example}".strip() or "Correct it.")
    if one.type == "host":
        _host(profile, one, value, about)
    if one.pattern and not patterns.fits(one.pattern, value):
        wanted = f"{about} It must match {one.pattern} as a whole.{example}"
        raise Unusable(f"{shown} does not fit the variable {one.name} of the profile {profile.id}.", wanted.strip())


def _host(profile: Profile, one: Variable, value: str, about: str) -> None:
    """An address, in brackets or not, or a name by the rules of RFC 1035 section 2.3.4. Raises ``Unusable``; a port that was written behind it is named."""
    bracketed = value[:1] == "[" and value[-1:] == "]"
    if _is_address(value) or (bracketed and _is_address(value[1:-1]) and ":" in value) or _is_name(value):
        return
    host, colon, port = value.rpartition(":")
    if colon and port.isdecimal() and (_is_name(host) or _is_address(host.strip("[]"))):
        places = [used(place.port) for place in profile.endpoints if used(place.host) == (one.name,)]
        own = next((name for names in places for name in names), "")
        beside = f"Write --var {one.name}={host} --var {own}={port}" if own else f"Leave the port out: --var {one.name}={host}"
        raise Unusable(f"{value!r} is a host with a port, and {one.name} in the profile {profile.id} is the host alone.", beside)
    example = f" For example: --var {one.name}={one.example}" if one.example else ""
    raise Unusable(f"{value[:80]!r} is not {WORDS['host']}, as {one.name} in the profile {profile.id} must be.", f"{about}{example}".strip() or "Correct it.")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    labels = text.removesuffix(".").split(".")
    return all(re.fullmatch(r"[A-Za-z0-9_-]{1,63}", label) for label in labels) and not labels[-1].isdecimal()


def agree(
    profile: Profile,
    chosen: Environment | None,
    endpoint: Endpoint,
    known: Mapping[str, str],
    *,
    allowed: tuple[str, ...] = (),
    own_trust: bool = False,
    own_target: bool = False,
    app: bool = True,
) -> Agreement:
    """Fill in the variables. ``own_trust`` and ``own_target``: the user named trust or target, so those of the profile are not needed.

    Raises ``Unusable`` for a consent that no check asks for, and names all variables that are missing.
    """
    consents = {one.consent or one.id for one in profile.checks if not one.safe and one.expect}
    for one in allowed:
        if never := next((found for found in profile.checks if one == found.id and not found.safe and not found.expect), None):
            raise Unusable(f"{one} of the profile {profile.id} is never done, with no consent.", f"It {never.side_effects or 'has side effects'}.")
        if one not in consents:
            raise Unusable(
                f"The profile {profile.id} has nothing that --allow {one} would allow.",
                f"It asks for: {', '.join(sorted(consents))}." if consents else "Leave --allow out.",
            )
    done = tuple(one for one in profile.checks if app and (one.safe or (one.expect and (one.consent or one.id) in allowed)))
    needed = (() if own_target else used((endpoint.host, endpoint.port))) + used(tuple(one.request for one in done))
    needed += () if own_trust or profile.trust.store == "none-by-default" else used(profile.trust.files)
    kinds = {one.name: one for one in profile.variables}
    missing = [name for name in dict.fromkeys(needed) if name not in known and kinds[name].required]
    if missing:
        ask = " ".join(f"--var {name}={kinds[name].example or name.upper()}" for name in missing)
        explained = "; ".join(f"{name}: {kinds[name].help.rstrip('.')}" for name in missing if kinds[name].help)
        trusting = " (or name what is trusted with --trust)" if set(missing) & set(used(profile.trust.files)) else ""
        what = f"The variable {missing[0]} of" if len(missing) == 1 else f"The variables {', '.join(missing)} of"
        raise Unusable(f"{what} the profile {profile.id} must be given.", f"Add {ask}{trusting}." + (f" {explained}." if explained else ""))
    plain = {name: value for name, value in known.items() if kinds[name].type != "secret-env"}
    secret = tuple((name, value) for name, value in known.items() if kinds[name].type == "secret-env")
    files = tuple(one for one in profile.trust.files if set(used(one)) <= set(plain))
    made = Agreement(
        profile=profile.id,
        title=profile.title,
        origin=profile.origin,
        environment=chosen.name if chosen else "",
        endpoint=_filled(endpoint, plain),
        variables=tuple(plain.items()),
        secrets=secret,
        environments=_filled(profile.environments, plain),
        tls=profile.tls,
        names=_filled(profile.names, plain),
        trust=_filled(replace(profile.trust, files=files), plain),
        revocation=profile.revocation,
        client_certificate=_filled(profile.client_certificate, plain),
        checks=tuple(_check(one, plain) for one in profile.checks),
        allowed=allowed,
        report=_filled(profile.report, plain),
        handover=_filled(profile.handover, plain),
        renewal=_filled(profile.renewal, plain),
        request=_filled(profile.request, plain),
        texts=_filled(profile.texts, plain),
        sources=profile.sources,
    )
    for pin in made.trust.pins:
        for field, day in (("since", pin.since), ("until", pin.until)):
            if day and "{" not in day and not is_day(day):
                says = f"{day[:80]!r} is no day of the calendar, as {field} of a pin of the profile {profile.id} must be."
                raise Unusable(says, "Give it as 2026-12-31.")
    return replace(made, unverified=unverified(made))


def _filled(part: Any, known: Mapping[str, str]) -> Any:
    """The same part with the templates filled in whose variables are known."""
    if isinstance(part, str):
        return fill(part, known)
    if isinstance(part, tuple):
        return tuple(_filled(one, known) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{one.name: _filled(getattr(part, one.name), known) for one in fields(part)})
    return part


def _check(one: Check, known: Mapping[str, str]) -> Check:
    request = one.request
    escaped = {name: quote(value, safe=SAFE_IN_PATH) for name, value in known.items()}
    asking = Asking(
        method=request.method,
        path=fill(request.path, escaped),
        headers=tuple((name, _sendable(name, fill(value, known).strip())) for name, value in request.headers),
        json=json.dumps(_json(json.loads(request.json), known), ensure_ascii=False, separators=(",", ":")) if request.json else "",
        body=fill(request.body, known),
        ldap=request.ldap,
        mqtt=request.mqtt,
        client_id=fill(request.client_id, known),
        version=request.version,
    )
    return replace(one, request=asking, expect=_filled(one.expect, known), title=fill(one.title, known))


def _sendable(name: str, value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise Unusable(f"The header field {name} cannot carry what a variable of the profile holds.", "Give a value in plain ASCII.")
    return value


def _json(value: Any, known: Mapping[str, str]) -> Any:
    """A document with the templates in its strings filled in, so that no value can add anything but text."""
    if isinstance(value, str):
        return fill(value, known)
    if isinstance(value, list):
        return [_json(one, known) for one in value]
    return {name: _json(one, known) for name, one in value.items()} if isinstance(value, dict) else value


def unverified(part: Any, where: str = "") -> tuple[str, ...]:
    """A sentence for each value in a profile or an agreement that nobody has verified."""
    if isinstance(part, Agreement):
        inner = [*unverified(part.endpoint, f"endpoint {part.endpoint.name}"), *_of_environments(part.environments, part.environment)]
        tables = ("tls", "names", "trust", "revocation", "client_certificate", "handover", "renewal")
        inner += [one for name in tables for one in unverified(getattr(part, name), name.replace("_", " "))]
        inner += [one for check in part.checks for one in unverified(check, f"check {check.id}")]
        return tuple(dict.fromkeys(inner))
    if isinstance(part, Profile):
        inner = [one for place in part.endpoints for one in unverified(place, f"endpoint {place.name}")]
        inner += _of_environments(part.environments, "")
        kept = ("tls", "names", "trust", "revocation", "client_certificate", "ca_registration", "handover", "renewal", "request")
        inner += [one for name in kept for one in unverified(getattr(part, name), name.replace("_", " "))]
        inner += [one for check in part.checks for one in unverified(check, f"check {check.id}")]
        inner += [one for text in part.texts for one in unverified(text, f"text {text.id}")]
        return tuple(dict.fromkeys(inner))
    if isinstance(part, tuple):
        return tuple(found for one in part for found in unverified(one, where))
    if not is_dataclass(part) or isinstance(part, type):
        return ()
    mine = [_sentence(part, where)] if getattr(part, "verified", True) is False else []
    return tuple(dict.fromkeys((*mine, *(found for one in fields(part) for found in unverified(getattr(part, one.name), _named(where, part, one.name))))))


def _of_environments(every: tuple[Environment, ...], chosen: str) -> list[str]:
    """What is not verified about environments; those that were not chosen matter because they are told apart."""
    return [found for one in every for found in unverified(one, f"environment {one.name}")]


def _named(where: str, part: Any, field: str) -> str:
    if field in ("marks", "request"):
        return where
    return f"{where}, {field.replace('_', ' ')}" if where else field


def _sentence(part: Any, where: str) -> str:
    text = getattr(part, "text", "")
    value = f" {text!r}" if isinstance(text, str) and text and not hasattr(part, "id") and hasattr(part, "source") and len(fields(part)) == 3 else ""
    if isinstance(part, Expect):
        value = f" {part.status or part.equals or part.title or part.ldap_result or ''}".rstrip()
    source = f" (source: {part.source})" if part.source else ""
    return f"{where}{value} was not verified{source}."
