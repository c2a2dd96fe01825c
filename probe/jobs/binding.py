"""Who binds to a directory, and where it answers in plain text: from options to what a target holds, and to the login. Raises ``Unusable``."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from probe.capture.variable import value_of
from probe.case.bound import DIRECTORIES
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.jobs.target import Options
from probe.protocols.login import Login

LONGEST = 4096
"""Bytes of a distinguished name or a password; directories take fewer."""
Prompt = Callable[[str], str | None]


def directory_target(made: Target, options: Options) -> Target:
    """The target with who binds and with its plain port."""
    if options.bind is None and options.bind_password_env is None and options.ldap_port is None:
        return made
    for option, given in (("--bind", options.bind), ("--bind-password-env", options.bind_password_env), ("--ldap-port", options.ldap_port)):
        if given is not None and made.protocol not in DIRECTORIES:
            says = f"{option} belongs to ldaps:// and ldap:// targets, and {made.host} is checked as {made.protocol}://."
            raise Unusable(says, f"Write ldaps://{made.host}, or leave it out.")
    if options.bind_password_env is not None and options.bind is None:
        raise Unusable("--bind-password-env belongs to a name that binds, and none is given.", "Name it with --bind DN.")
    if options.bind is not None and not options.app:
        raise Unusable("--bind asks the directory, and --no-app forbids that.", "Leave out one of the two.")
    return replace(made, bind=_name(options.bind), plain_port=_port(options.ldap_port))


def bind_login(targets: Sequence[Target], options: Options, prompt: Prompt | None) -> Login | None:
    """The name and the password of the bind, from an environment variable or the terminal; ``None`` when nobody binds."""
    if options.bind is None:
        return None
    password = value_of(options.bind_password_env, "--bind-password-env") if options.bind_password_env else None
    if password is None and prompt is not None:
        password = prompt(f"{_name(options.bind)} at {targets[0].host}")
    if password is None:
        raise Unusable(
            "The bind of --bind needs a password, and none was given.",
            "Put it into an environment variable and name that with --bind-password-env NAME, or run the command on a terminal, where it is asked for.",
        )
    if not password:
        # RFC 4513 section 5.1.2: that would bind nobody, and succeed.
        raise Unusable("The password of --bind is empty.", "A directory takes a bind without a password for one of nobody, which would prove nothing.")
    if len(password.encode("utf-8", "surrogateescape")) > LONGEST:
        raise Unusable("The password named by --bind-password-env is too long to be sent.", "See what the variable really holds.")
    return Login(options.bind, password)


def _name(text: str | None) -> str:
    if text is None:
        return ""
    if not text or not text.isprintable() or len(text.encode("utf-8", "replace")) > LONGEST:
        raise Unusable(
            "The name of --bind cannot be sent.", "It may not be empty and may have no control characters, as CN=probe,OU=Service,DC=corp,DC=example."
        )
    return text


def _port(number: int | None) -> int:
    if number is not None and not 0 < number < 65536:
        raise Unusable(f"--ldap-port {number} cannot be connected to.", "Write a port between 1 and 65535.")
    return number or 0
