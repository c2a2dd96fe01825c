"""Which profile the user means, and the targets that come of it. Raises ``Unusable`` with one sentence and what there is instead."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from probe.capture.files import load as load_file
from probe.case.checked import spoken_as
from probe.facts.profile import Agreement, ClientRules, Endpoint, Environment, Profile, Trust
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.jobs.calling import called
from probe.jobs.pin import agreed, uploaded
from probe.jobs.request import secrets
from probe.jobs.target import Options, target
from probe.profiles import load, shipped
from probe.profiles.agree import agree, endpoints, environment, values
from probe.profiles.read import marked, read, read_marks
from probe.profiles.table import guess
from probe.profiles.templates import NAME, fill, used
from probe.stacks import Stack, load_all

LIMIT = 1024 * 1024
"""Bytes of a profile's file that are read at all."""
FOLDER = "PROBE_PROFILES"
"""The environment variable that names the folder of own profiles."""
UNDATED = frozenset({"java"})
"""Client stacks to which the dates of a trusted certificate are nothing: probe/stacks/java.toml, the stage "below-anchor"."""
MARKS = ".marks.toml"
"""How the files end that hold learned marks of a profile."""

Wanted = tuple[tuple[Target, Agreement], ...]


def folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of own profiles, whether it exists or not."""
    named = environ.get(FOLDER)
    return Path(named) if named else Path(environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()) / "probe" / "profiles"


def own() -> tuple[Path, ...]:
    """The files of own profiles, sorted by name; those with learned marks are not among them."""
    try:
        return tuple(sorted(one for one in folder().glob("*.toml") if not one.name.endswith(MARKS)))
    except OSError:
        return ()


def document(path: Path) -> str:
    """The text of a profile's file. Raises ``Unusable``."""
    try:
        return load_file(path, LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{path} is not a profile: it is not text in UTF-8.", "Save it as UTF-8.") from None


def faults(path: Path) -> tuple[str, ...]:
    """What speaks against a file, each fault with its line; none for a good one. Raises ``Unusable`` when it cannot be read at all."""
    text = document(path)
    if path.name.endswith(MARKS):
        return read_marks(text, path.name)[2]
    return read(text, path.name).faults


def of_file(path: Path) -> Profile:
    """The profile in a file. Raises ``Unusable``."""
    found = read(document(path), path.name)
    if found.profile is None:
        first, *more = found.faults
        others = f" ({len(more)} more fault{'s' if len(more) > 1 else ''} in it.)" if more else ""
        raise Unusable(f"{first}.{others}", f"Mend it; all faults: probe profiles validate {path}")
    return found.profile


def find(name: str) -> Profile:
    """The profile that the user names: a file, one from the folder of own profiles, or a shipped one; with the marks that were learned for it."""
    if not name:
        raise Unusable("--profile is empty.", f"Name a file or one of {', '.join(shipped())}.")
    if is_file(name):
        return of_file(Path(name))
    if not NAME.fullmatch(name):
        raise Unusable(f"{name!r} is not the name of a profile.", f"Name a file or one of {', '.join(shipped())}.")
    mine = {one.stem: one for one in own()}
    if name in mine:
        return _learned(of_file(mine[name]))
    if name in shipped():
        return _learned(load(name))
    near = guess(name, (*shipped(), *mine)).capitalize()
    raise Unusable(f"There is no profile {name!r}.", f"{near}{'' if near.endswith('?') else '.'} A file is named with its path or its ending .toml.")


def is_file(name: str) -> bool:
    """Whether the user names a file and not a profile."""
    return name.endswith(".toml") or "/" in name or os.sep in name


def path_of(name: str) -> Path:
    """The file of a profile that is not a shipped one."""
    return Path(name) if is_file(name) else folder() / f"{name}.toml"


def _learned(profile: Profile) -> Profile:
    """The profile with the marks that were learned for it, if there are any."""
    path = folder() / f"{profile.id}{MARKS}"
    if not path.is_file():
        return profile
    wanted, found, wrong = read_marks(document(path), path.name)
    if wrong:
        raise Unusable(f"{wrong[0]}.", f"Mend or delete {path}.")
    return marked(profile, found) if wanted == profile.id else profile


def variables(given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Read ``--var``. What stands behind the sign is not repeated: it may be a secret."""
    found = []
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise Unusable("--var takes NAME=VALUE.", "For example: --var provider=DE-DCB")
        found.append((name, value))
    return tuple(found)


def wanted(spelled: tuple[str, ...], options: Options) -> Wanted:
    """The targets of a command line that names a profile, each with the agreement that it goes by. Without targets those of the profile."""
    profile = find(options.profile or "")
    known = values(profile, variables(options.var))
    found = tuple(_by_hand(profile, known, one, options) for one in spelled) if spelled else _by_profile(profile, known, options)
    for _, agreement in found:
        secrets(agreement)
    return found


def about_files(options: Options, any_environment: bool = False) -> tuple[Agreement, tuple[str, ...]]:
    """What a profile says of files that are looked at without an endpoint, and whose authorities are trusted. Raises ``Unusable``.

    ``any_environment``: where none is named the first will do, for what does not depend on it.
    """
    profile = find(options.profile or "")
    known = values(profile, variables(options.var))
    first = next((one.environment for one in profile.endpoints if one.environment), "") if any_environment else ""
    chosen = environment(profile, options.env or first or None)
    endpoint = endpoints(profile, chosen, options.endpoint)[0]
    agreement = _agreed(profile, chosen, endpoint, known, options, own_target=True)
    return agreement, options.trust or _trusted(agreement)


def _by_hand(profile: Profile, known: dict[str, str], spelled: str, options: Options) -> tuple[Target, Agreement]:
    """A target that the user named; trust, names and checks are those of the endpoint that it is, or comes nearest to."""
    plain = target(spelled, replace(options, profile=None))
    chosen = environment(profile, options.env, plain.host)
    usable = endpoints(profile, chosen, options.endpoint)
    endpoint = next((one for one in usable if fill(one.host, known) == plain.host), None)
    endpoint = endpoint or next((one for one in usable if not plain.guessed and spoken_as(one.protocol) == plain.protocol), usable[0])
    agreement = _agreed(profile, chosen, endpoint, known, options, own_target=True)
    made = target(spelled, _overlaid(options, agreement))
    same = made.host == agreement.endpoint.host.lower()
    # Addresses that are listed belong to the profile's own host.
    places = agreement.endpoint.addresses if same or agreement.endpoint.addresses[:1] in (("all",), ("first",)) else ("all",)
    agreement = replace(agreement, endpoint=replace(agreement.endpoint, protocol=made.protocol, host=made.host, port=str(made.port), addresses=places))
    return _noted(made, options, agreement, by_profile=False), agreement


def _by_profile(profile: Profile, known: dict[str, str], options: Options) -> tuple[tuple[Target, Agreement], ...]:
    chosen = environment(profile, options.env)
    found = []
    for endpoint in _named(endpoints(profile, chosen, options.endpoint), known):
        agreement = _agreed(profile, chosen, endpoint, known, options)
        place = agreement.endpoint
        scheme = spoken_as(place.protocol)
        if not scheme:
            raise Unusable(f"The endpoint {place.name} of the profile {profile.id} speaks {place.protocol}, which this version does not.", "Name another one.")
        host = f"[{place.host}]" if ":" in place.host and not place.host.startswith("[") else place.host
        made = target(f"{scheme}://{host}:{place.port}{'' if place.path == '/' else place.path}", _overlaid(options, agreement))
        found.append((_noted(made, options, agreement, by_profile=True), agreement))
    return tuple(found)


def _named(places: tuple[Endpoint, ...], known: dict[str, str]) -> tuple[Endpoint, ...]:
    """Those endpoints whose host is known; where none is, all of them, so that what is missing is asked for."""
    return tuple(one for one in places if not used(fill(one.host, known))) or places[:1]


def _agreed(profile: Profile, chosen: Environment | None, endpoint: Endpoint, known: dict[str, str], options: Options, own_target: bool = False) -> Agreement:
    return agree(
        profile,
        chosen,
        endpoint,
        known,
        allowed=(*options.allow, *_consents(profile, options)),
        own_trust=bool(options.trust),
        own_target=own_target,
        app=options.app,
    )


def _consents(profile: Profile, options: Options) -> tuple[str, ...]:
    """What ``--allow-connect`` allows of a profile's checks."""
    asked = (one.consent or one.id for one in profile.checks if one.request.mqtt)
    return tuple(one for one in dict.fromkeys(asked) if one not in options.allow) if options.allow_connect else ()


def _noted(made: Target, options: Options, agreement: Agreement, by_profile: bool) -> Target:
    apart = options.advising and agreement.renewal is not None
    own = agreed(agreement) if options.pin is None and made.pin is None and not apart else ()
    filed = uploaded(options.uploaded) if options.uploaded is not None and agreement.endpoint.direction == "out" else None
    if filed and not options.cert:
        says = f"{agreement.profile} is about what you call: there --uploaded is compared with the client certificate, and none is named."
        raise Unusable(says, "Name it with --cert FILE, or check your own endpoint without this profile.")
    places = agreement.endpoint.addresses
    made = called(made, options, agreement)
    return replace(
        made,
        pin=own[0] if own else made.pin,
        also_pins=own[1:],
        uploaded=filed,
        only=() if places == ("all",) else places,
        profile=options.profile or "",
        env=agreement.environment,
        endpoint=agreement.endpoint.name,
        variables=variables(options.var),
        allowed=options.allow,
        by_profile=by_profile,
        alpn=agreement.endpoint.alpn if not options.alpn else made.alpn,
    )


def _overlaid(options: Options, agreement: Agreement) -> Options:
    """What the user did not say is as the profile says."""
    rules = agreement.client_certificate.policy
    unlimited = options.tls_min is None and options.tls_max is None
    forbidden = rules in ("forbidden", "must-not-be-demanded") and options.cert is None
    return replace(
        options,
        trust=options.trust or _trusted(agreement),
        sni=options.sni or agreement.endpoint.sni or None,
        stack=options.stack or stack_of(agreement.trust, agreement.client_certificate) or None,
        proxy=options.proxy or ("none" if agreement.endpoint.proxy == "forbidden" else None),
        revocation=options.revocation if options.revocation != "off" else agreement.revocation.check,
        # Where we are the client, what was uploaded is no certificate of the server's.
        uploaded=options.uploaded if agreement.endpoint.direction == "in" else None,
        tls_min=agreement.tls.min or None if unlimited else options.tls_min,
        tls_max=agreement.tls.max or None if unlimited else options.tls_max,
        client_auth="forbidden" if forbidden else options.client_auth,
    )


def stack_of(trust: Trust, rules: ClientRules) -> str:
    """The client stack that a profile's client is judged as: the one that is named, else the only one with the rules that are; "" where all vote."""
    if trust.stack or not deviating(trust, rules):
        return trust.stack
    found = [one.name for one in load_all() if fits(one, trust, rules)]
    return found[0] if len(found) == 1 else ""


def deviating(trust: Trust, rules: ClientRules) -> tuple[str, ...]:
    """The fields that say of the client what only some client stacks do."""
    given = (
        ("anchor_rule", trust.anchor_rule == "any"),
        ("anchor_expiry", trust.anchor_expiry == "ignored"),
        ("selection", rules.selection == "by-ca-list"),
    )
    return tuple(name for name, said in given if said)


def fits(stack: Stack, trust: Trust, rules: ClientRules) -> bool:
    """Whether a client stack does what these fields say."""
    if trust.anchor_rule == "any" and not stack.anchors.intermediate:
        return False
    if trust.anchor_expiry == "ignored" and stack.name not in UNDATED:
        return False
    return rules.selection != "by-ca-list" or stack.client_certificate == "by-issuer-list"


def _trusted(agreement: Agreement) -> tuple[str, ...]:
    trust = agreement.trust
    if trust.store == "both":
        return ("system", *trust.files)
    return trust.files or (("none",) if trust.store == "none-by-default" else ("system",))
