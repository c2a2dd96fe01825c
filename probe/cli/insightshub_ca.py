"""probe insights-hub ca: make, check, upload and verify the authority of a tenant, and list what is there."""

from pathlib import Path
from typing import Annotated

import typer

from probe.cli.insightshub_options import (
    Authority,
    Color,
    Connect,
    DryRun,
    Format,
    GatewayUrl,
    Key,
    PasswordEnv,
    Proxy,
    ProxyPasswordEnv,
    ProxyUser,
    Region,
    ShowOpenssl,
    Timeout,
    TokenEnv,
    TokenFile,
    Trust,
    TrustPasswordEnv,
    access,
    check_form,
    finish,
    variable_name,
)
from probe.cli.output import ask_password, leaving
from probe.facts.unusable import Unusable

app = typer.Typer(help="The authority of a tenant: create, check, upload, verify, list.", no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """Examples:

\b
  probe insights-hub ca create --tenant acme --country DE --organization "Acme GmbH"
  probe insights-hub ca upload acme.pem --name "Acme agents" --token-env TOKEN
  probe insights-hub ca verify acme.pem --token-env TOKEN
  probe insights-hub ca list --ca acme.pem --token-env TOKEN

Exit code: 0 done, 1 a problem was found, 2 wrong usage, 3 it could not be found out, 130 interrupted."""


@app.command(epilog=EXAMPLES)
@leaving
def create(
    tenant: Annotated[str, typer.Option(metavar="NAME", help="The tenant: the name of the files, and the CN unless another is given.")],
    country: Annotated[str, typer.Option(metavar="CODE", help="Two letters (ISO 3166-1).")] = "",
    state: Annotated[str, typer.Option(metavar="NAME", help="State or province.")] = "",
    city: Annotated[str, typer.Option(metavar="NAME", help="City (L).")] = "",
    organization: Annotated[str, typer.Option(metavar="NAME", help="Organisation (O).")] = "",
    unit: Annotated[str, typer.Option(metavar="NAME", help="Unit (OU).")] = "",
    common_name: Annotated[str, typer.Option(metavar="NAME", help="Another CN than the tenant.")] = "",
    days: Annotated[int, typer.Option(metavar="N", help="How long it is valid.")] = 3650,
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where TENANT.key and TENANT.pem are written; neither may be there yet.")] = Path(),
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Take this RSA key instead of making one.")] = None,
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Encrypt the new key; the password is asked for, or comes from --password-env.")] = False,
    password_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="The environment variable with a password: the new key is encrypted with it, or --key is opened.")
    ] = None,
    show_openssl: ShowOpenssl = False,
    form: Format = "terminal",
    color: Color = True,
) -> int:
    """Make the private key (RSA 2048, mode 0600) and the self-signed certificate of an authority. Nothing is sent, and nothing is overwritten."""
    from probe.capture.identity import Password
    from probe.jobs.insights_hub.create import commands, make, wanted

    check_form(form)
    attributes = {"C": country, "ST": state, "L": city, "O": organization, "OU": unit, "CN": common_name}
    sealed = "CA_PASSWORD" if encrypt and not password_env else password_env or ""
    one = wanted(tenant, attributes, days, folder, variable_name(sealed))
    if show_openssl:
        return finish(commands(one), form, color)
    if key is not None and encrypt:
        raise Unusable("--encrypt is about a new key, and --key names one that is there.", "Leave out one of the two.")
    password = b"" if key is not None else _new_password(encrypt, password_env, str(one.key))
    return finish(make(one, password, key, Password(password_env or "", ask_password) if key is not None else None), form, color)


@app.command()
@leaving
def check(
    authority: Authority,
    key: Key = None,
    password_env: PasswordEnv = None,
    form: Format = "terminal",
    color: Color = True,
) -> int:
    """Look at an authority without a network: can it be registered, does the key fit, how far did its registration come?"""
    from probe.capture.identity import Password
    from probe.jobs.insights_hub.check import check as checked

    check_form(form)
    return finish(checked(authority, key, Password(password_env or "", ask_password)), form, color)


@app.command()
@leaving
def upload(
    authority: Authority,
    name: Annotated[str, typer.Option(metavar="NAME", help="How it is called in the tenant. Default: its CN.")] = "",
    region: Region = "eu1",
    gateway: GatewayUrl = None,
    token_env: TokenEnv = None,
    token_file: TokenFile = None,
    trust: Trust = None,
    trust_password_env: TrustPasswordEnv = None,
    connect: Connect = None,
    proxy: Proxy = None,
    proxy_user: ProxyUser = None,
    proxy_password_env: ProxyPasswordEnv = None,
    timeout: Timeout = 30.0,
    dry_run: DryRun = False,
    form: Format = "terminal",
    color: Color = True,
) -> int:
    """Make the authority known to the tenant. What is there is looked at first: a second run, also after an interruption, uploads nothing twice."""
    from probe.jobs.insights_hub.upload import upload as uploaded

    check_form(form)
    way = access(region, gateway, token_env, token_file, trust, trust_password_env, connect, timeout, (proxy, proxy_user, proxy_password_env), dry_run)
    return finish(uploaded(authority, name, way, dry_run), form, color)


@app.command()
@leaving
def verify(
    authority: Authority,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="The authority's key. Default: the file beside it with the ending .key.")] = None,
    password_env: PasswordEnv = None,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="A verification certificate that was made elsewhere; no key is needed.")] = None,
    identifier: Annotated[str, typer.Option("--id", metavar="ID", help="The authority's id, where it cannot be told from the list.")] = "",
    region: Region = "eu1",
    gateway: GatewayUrl = None,
    token_env: TokenEnv = None,
    token_file: TokenFile = None,
    trust: Trust = None,
    trust_password_env: TrustPasswordEnv = None,
    connect: Connect = None,
    proxy: Proxy = None,
    proxy_user: ProxyUser = None,
    proxy_password_env: ProxyPasswordEnv = None,
    timeout: Timeout = 30.0,
    dry_run: DryRun = False,
    show_openssl: ShowOpenssl = False,
    form: Format = "terminal",
    color: Color = True,
) -> int:
    """Prove that you have the authority's key: get the registration code, sign a certificate with it as CN, send it. Without the key the code is shown."""
    from probe.capture.identity import Password
    from probe.jobs.insights_hub.verify import commands
    from probe.jobs.insights_hub.verify import verify as verified

    check_form(form)
    if show_openssl:
        return finish(commands(authority, key, variable_name(password_env or "")), form, color)
    if certificate is not None and key is not None:
        raise Unusable("--certificate names what was signed already, and --key what to sign with.", "Leave out one of the two.")
    way = access(region, gateway, token_env, token_file, trust, trust_password_env, connect, timeout, (proxy, proxy_user, proxy_password_env), dry_run)
    password = Password(password_env or "", ask_password)
    return finish(verified(authority, way, key=key, password=password, certificate=certificate, identifier=identifier, dry_run=dry_run), form, color)


@app.command("list")
@leaving
def list_(
    authority: Annotated[Path | None, typer.Option("--ca", metavar="FILE", help="Say which of them this one is.")] = None,
    region: Region = "eu1",
    gateway: GatewayUrl = None,
    token_env: TokenEnv = None,
    token_file: TokenFile = None,
    trust: Trust = None,
    trust_password_env: TrustPasswordEnv = None,
    connect: Connect = None,
    proxy: Proxy = None,
    proxy_user: ProxyUser = None,
    proxy_password_env: ProxyPasswordEnv = None,
    timeout: Timeout = 30.0,
    dry_run: DryRun = False,
    form: Format = "terminal",
    color: Color = True,
) -> int:
    """List the authorities of the tenant, which of them are verified, and when they end."""
    from probe.jobs.insights_hub.upload import list_ as listed

    check_form(form)
    return finish(
        listed(
            authority,
            access(region, gateway, token_env, token_file, trust, trust_password_env, connect, timeout, (proxy, proxy_user, proxy_password_env), dry_run),
            dry_run,
        ),
        form,
        color,
    )


def _new_password(encrypt: bool, variable: str | None, what: str) -> bytes:
    """The password for a new key, empty for none. Raises ``Unusable``."""
    if variable:
        from probe.capture.variable import value_of

        given = value_of(variable, "--password-env")
    elif encrypt:
        first, second = ask_password(f"the new key {what}"), ask_password(f"the new key {what}, once more")
        if first is None or second is None:
            raise Unusable("No password was given for the new key.", "Name an environment variable with --password-env NAME, or run it on a terminal.")
        if first != second:
            raise Unusable("The two passwords differ.", "Type the same twice.")
        given = first
    else:
        return b""
    if len(given) < 4:
        raise Unusable("The password for the new key has less than four characters, which openssl refuses.", "Take a longer one.")
    return given.encode("utf-8", "surrogateescape")
