"""How a broker would be called, and who the user is there: from options and profile to what a target holds. Raises ``Unusable``."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from probe.capture.files import load as load_file
from probe.capture.variable import value_of
from probe.facts.calling import LEVELS, MQTT_5, MQTT_311, Calling
from probe.facts.certificate import Certificate
from probe.facts.profile import Agreement, Check
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.formats import read as read_file
from probe.jobs.target import Options
from probe.profiles.templates import used
from probe.protocols.login import Login

LONGEST = 65535
"""Bytes of a text in CONNECT (MQTT 5.0 section 1.5.4)."""
SIZE = 1024 * 1024
VERSIONS = {"3.1.1": MQTT_311, "5": MQTT_5}
BROKERS, SOCKETS = "mqtts", "wss"
Prompt = Callable[[str], str | None]


def called(made: Target, options: Options, agreement: Agreement | None = None) -> Target:
    """The target with how its broker would be called, its subprotocols and its user. ``agreement`` is the profile that the check goes by."""
    _fitting(made, options)
    if made.protocol == SOCKETS:
        return replace(made, subprotocols=tuple(_token(one) for one in options.subprotocol), user=_user(options.user))
    if made.protocol != BROKERS:
        return made
    check = next((one for one in agreement.checks if one.request.mqtt), None) if agreement else None
    consented = options.allow_connect or bool(agreement and check and agreement.consented(check))
    name = options.client_id if options.client_id is not None else _of_profile(check, consented, agreement)
    own = not name and consented
    registered, source = _registered(agreement)
    return replace(
        made,
        calling=Calling(
            consented=consented,
            # 13 characters that every broker takes (MQTT 3.1.1 section 3.1.3.1), and that nobody else has.
            client_id=f"probe{secrets.token_hex(4)}" if own else _client_id(name),
            own=own,
            levels=_levels(options, check),
            user=_user(options.user),
            registered=registered,
            source=source,
        ),
    )


def user_login(targets: Sequence[Target], options: Options, prompt: Prompt | None) -> Login | None:
    """The user's name and password for these targets, from an environment variable or the terminal; ``None`` when no user is named."""
    if options.user is None or not any(one.user or (one.calling and one.calling.consented) for one in targets):
        return None
    password = value_of(options.user_password_env, "--user-password-env") if options.user_password_env else None
    if password is None and prompt is not None:
        password = prompt(f"the user of {targets[0].host}")
    if password is None:
        raise Unusable(
            "The user of --user needs a password, and none was given.",
            "Put it into an environment variable and name that with --user-password-env NAME, or run the command on a terminal, where it is asked for.",
        )
    if len(password.encode("utf-8", "surrogateescape")) > LONGEST:
        raise Unusable("The password named by --user-password-env is too long to be sent.", "See what the variable really holds.")
    return Login(options.user, password)


def _fitting(made: Target, options: Options) -> None:
    """Refuse options that would do nothing."""
    for option, given, where in (
        ("--allow-connect", options.allow_connect, (BROKERS,)),
        ("--client-id", options.client_id is not None, (BROKERS,)),
        ("--mqtt", options.mqtt is not None, (BROKERS,)),
        ("--subprotocol", bool(options.subprotocol), (SOCKETS,)),
        ("--user", options.user is not None, (BROKERS, SOCKETS)),
        ("--user-password-env", options.user_password_env is not None, (BROKERS, SOCKETS)),
    ):
        if given and made.protocol not in where:
            kinds = " and ".join(f"{one}://" for one in where)
            raise Unusable(
                f"{option} belongs to {kinds} targets, and {made.host} is checked as {made.protocol}://.", f"Write {where[0]}://{made.host}, or leave it out."
            )
    if options.user_password_env is not None and options.user is None:
        raise Unusable("--user-password-env belongs to a user, and none is named.", "Name it with --user NAME.")
    if made.protocol == BROKERS and options.user is not None and not (options.allow_connect or options.allow):
        raise Unusable(
            "--user is only told to the broker in a CONNECT, and none is sent.", "Add --allow-connect, which ends a running client with the same client ID."
        )


def _of_profile(check: Check | None, consented: bool, agreement: Agreement | None) -> str:
    """The client ID that the profile gives, when its variables are known."""
    name = check.request.client_id if check else ""
    missing = used(name)
    if not missing:
        return name
    if consented and agreement is not None:
        ask = " ".join(f"--var {one}={one.upper()}" for one in missing)
        raise Unusable(f"The client ID that the profile {agreement.profile} says needs {' and '.join(missing)}.", f"Add {ask}, or name it with --client-id.")
    return ""


def _client_id(name: str) -> str:
    if len(name.encode("utf-8", "replace")) > LONGEST or not name.isprintable():
        raise Unusable("--client-id cannot be sent.", "It may have no control characters, and 65535 bytes at most.")
    return name


def _user(name: str | None) -> str:
    if name is None:
        return ""
    if not name or not name.isprintable() or len(name.encode("utf-8", "replace")) > LONGEST:
        raise Unusable("The name of --user cannot be sent.", "It may not be empty and may have no control characters.")
    return name


def _levels(options: Options, check: Check | None) -> tuple[int, ...]:
    """The versions to speak: the one that is named, else that of the profile, else 5 first, whose codes say more."""
    if options.mqtt is not None:
        if options.mqtt not in VERSIONS:
            raise Unusable(f"--mqtt {options.mqtt!r} is not a version of MQTT that this version speaks.", f"Write {' or '.join(VERSIONS)}.")
        return (VERSIONS[options.mqtt],)
    if check is not None and check.request.version:
        return (VERSIONS[check.request.version],)
    return tuple(LEVELS)


def _token(name: str) -> str:
    if not name or len(name) > 100 or not all(one.isascii() and (one.isalnum() or one in "!#$%&'*+-.^_`|~") for one in name):
        raise Unusable(f"--subprotocol {name[:80]!r} is not the name of a subprotocol.", "For OCPP write ocpp1.6 or ocpp2.0.1; repeat the option for several.")
    return name


def _registered(agreement: Agreement | None) -> tuple[Certificate | None, str]:
    """The registered authority, when the user named its file in a variable of the profile."""
    source = agreement.client_certificate.registered if agreement else ""
    if not source or used(source):
        return None, ""
    found = read_file(load_file(Path(source), SIZE)).certificates
    if not found:
        raise Unusable(f"{source} holds no certificate.", "Name the file with the registered authority.")
    return found[0][0], source
