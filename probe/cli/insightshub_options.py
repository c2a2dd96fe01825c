"""What the commands of insights-hub share: options, how the API is reached, and where a procedure is printed."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probe.cli.output import ask_password, colour, deliver, progress, show, width
from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.jobs.insights_hub.session import Access
    from probe.report.procedure import Procedure

FORMATS = ("terminal", "json")

Authority = Annotated[Path, typer.Argument(metavar="CA", help="The certificate of the authority: PEM or DER, one certificate, no key.")]
Region = Annotated[
    str, typer.Option(metavar="NAME", help="The region whose gateway is asked; probe profiles show insights-hub-mqtt lists what is not verified.")
]
GatewayUrl = Annotated[str | None, typer.Option("--gateway", metavar="URL", help="Another gateway, as of a private cloud: https://HOST[:PORT].")]
TokenEnv = Annotated[str | None, typer.Option(metavar="NAME", help="The environment variable that holds the bearer token. A token is never an argument.")]
TokenFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Or the file that holds it.")]
Trust = Annotated[list[str] | None, typer.Option(help="What the gateway's certificate is judged by, as for probe check. Default: system.")]
TrustPasswordEnv = Annotated[str | None, typer.Option(metavar="NAME", help="The environment variable that holds the password of the trust store.")]
Connect = Annotated[str | None, typer.Option(metavar="ADDRESS[:PORT]", help="Connect to this address instead of resolving the host.")]
Proxy = Annotated[str | None, typer.Option(metavar="URL|none", help="Go through this proxy; none: not even through that of the environment.")]
ProxyUser = Annotated[str | None, typer.Option(metavar="NAME", help="The user name for the proxy.")]
ProxyPasswordEnv = Annotated[str | None, typer.Option(metavar="NAME", help="The environment variable that holds the proxy's password.")]
Timeout = Annotated[float, typer.Option(metavar="SECONDS", help="For looking at the gateway, and for each request.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the exact requests, with the name of the token in place of the token, and send nothing.")]
ShowOpenssl = Annotated[bool, typer.Option("--show-openssl", help="Print the commands of openssl that do the same, and do nothing.")]
Key = Annotated[Path | None, typer.Option(metavar="FILE", help="The private key.")]
PasswordEnv = Annotated[
    str | None, typer.Option(metavar="NAME", help="The environment variable that holds the key's password. Without it a terminal is asked.")
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal or json.")]
Color = Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")]


def access(
    region: str,
    gateway: str | None,
    token_env: str | None,
    token_file: Path | None,
    trust: list[str] | None,
    trust_password_env: str | None,
    connect: str | None,
    timeout: float,
    proxy: tuple[str | None, str | None, str | None],
    dry_run: bool = False,
) -> "Access":
    """How the API is reached, from the options. Raises ``Unusable``."""
    from probe.capture.store_password import StorePassword
    from probe.cli.check import proxy_login
    from probe.jobs.insights_hub.place import place
    from probe.jobs.insights_hub.session import Access
    from probe.jobs.insights_hub.token import placeholder, token
    from probe.jobs.target import Options

    # Judged as OpenSSL does: what is asked here is whether the probe itself may send a secret there.
    url, user, proxy_password_env = proxy
    options = Options(
        trust=tuple(trust or ()), connect=connect, timeout=timeout, stack="openssl", proxy=url, proxy_user=user, proxy_password_env=proxy_password_env
    )
    where = place(region, gateway, options)
    given = token(token_env, token_file) if token_env or token_file or not dry_run else placeholder()
    password = StorePassword(trust_password_env or "", ask_password)
    login = None if dry_run else proxy_login([(where.target, None)], user, proxy_password_env)
    return Access(place=where, token=given, password=password, progress=partial(progress, where.name), login=login)


def check_form(form: str) -> None:
    """Refuse a format that does not exist. Raises ``Unusable``."""
    if form not in FORMATS:
        raise Unusable(f"There is no format {form!r} for this command.", f"Choose one of {', '.join(FORMATS)}.")


def finish(found: "Procedure", form: str, color: bool) -> int:
    """Print a procedure and give its exit code. A connection that could not be used is shown as ``check`` shows it."""
    from probe.report.procedure import exit_code

    if form == "json":
        from probe.render.procedure_json import render as as_json

        show(as_json(found))
        return exit_code(found)
    from probe.render.procedure_terminal import render

    show(render(found, colour(color), width()))
    if found.connection is not None:
        show("")
        deliver(found.connection, "terminal", None, None, color)
    return exit_code(found)


def variable_name(name: str) -> str:
    """The name of a variable that is going to be printed. Raises ``Unusable`` for what is none: it may be the password itself."""
    from probe.jobs.insights_hub.token import VARIABLE

    if name and not VARIABLE.fullmatch(name):
        raise Unusable("--password-env takes the name of an environment variable, and what was given is none.", "Name one of letters, digits and underscores.")
    return name
