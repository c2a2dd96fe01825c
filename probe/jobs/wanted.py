"""From a command line to its targets, with or without a profile. Raises ``Unusable``."""

from probe.facts.profile import Agreement
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.jobs.target import Options, target

OF_A_PROFILE = ("env", "endpoint", "var", "allow")
"""Options that mean nothing without a profile."""


def wanted(spelled: tuple[str, ...], options: Options) -> tuple[tuple[Target, Agreement | None], ...]:
    """The targets, each with the agreement that it goes by (``None`` without a profile)."""
    if options.profile is not None:
        from probe.jobs.profile import wanted as by_profile  # most checks go by no profile

        return tuple((with_bind(made, options), agreement) for made, agreement in by_profile(spelled, options))
    if alone := next((option for option in OF_A_PROFILE if getattr(options, option)), ""):
        raise Unusable(f"--{alone} belongs to a profile, and none is named.", "Name one with --profile; probe profiles list shows them.")
    if not spelled:
        raise Unusable("No target is named.", "Name HOST, HOST:PORT or a URL, or a profile with --profile.")
    return tuple((with_bind(with_words(target(one, options), options), options), None) for one in spelled)


def with_words(made: Target, options: Options) -> Target:
    """The target with what is said to a broker or a WebSocket."""
    said = (options.allow_connect, options.client_id, options.mqtt, options.user, options.user_password_env, options.subprotocol)
    if made.protocol not in ("mqtts", "wss") and not any(said):
        return made
    from probe.jobs.calling import called  # few targets are either

    return called(made, options)


def with_bind(made: Target, options: Options) -> Target:
    """The target with who binds to a directory."""
    if options.bind is None and options.bind_password_env is None and options.ldap_port is None:
        return made
    from probe.jobs.binding import directory_target  # few checks bind

    return directory_target(made, options)
