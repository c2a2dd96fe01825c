"""A command line of ``check`` or ``inspect``, without its output: for the demonstration and for tests."""

from typing import Any

import typer

from probe.cli.check import check, proxy_login, user_login
from probe.facts.observation import Observation


def observed(arguments: tuple[str, ...], command: str = "check") -> Observation:
    """Check the one target in ``arguments`` (what a user types after ``probe check``) and give what was seen. Raises ``Unusable``.

    ``command`` may also be inspect: then the arguments are files.
    """
    if command == "inspect":
        return _inspected(arguments)
    from probe.capture.store_password import StorePassword
    from probe.jobs.check import observe, stores
    from probe.jobs.identity import identified
    from probe.jobs.target import Options
    from probe.jobs.wanted import wanted

    app = typer.Typer()
    app.command()(check)
    values = typer.main.get_command(app).make_context("probe check", list(arguments)).params
    lists = ("trust", "var", "allow", "alpn", "subprotocol")
    given: dict[str, Any] = {name: tuple(value or ()) if name in lists else value for name, value in values.items() if name in Options.__dataclass_fields__}
    options = Options(**given)
    meant, agreement = wanted(tuple(values["targets"] or ()), options)[0]
    identity, credential = identified(meant, options.password_env)
    trusted = stores(meant, StorePassword(values["trust_password_env"] or ""))
    known = proxy_login(((meant, agreement),), options.proxy_user, options.proxy_password_env)
    own = user_login(((meant, agreement),), options)
    return observe(meant, trusted, identity=identity, credential=credential, agreement=agreement, login=known, user=own)


def _inspected(arguments: tuple[str, ...]) -> Observation:
    from inspect import signature

    from probe.cli.inspect import inspect, looked

    app = typer.Typer()
    app.command()(inspect)
    values = typer.main.get_command(app).make_context("probe inspect", list(arguments)).params
    return looked(**{name: values[name] for name in signature(looked).parameters})
