"""probe insights-hub agent: make and check the certificate of an agent, and try it at the broker."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from probe.cli.insightshub_options import (
    Color,
    Connect,
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
from probe.cli.output import INTERRUPTED, ask_password, check_files, check_format, deliver, leaving, progress

app = typer.Typer(help="Agents: create, check, connect.", no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """Examples:

\b
  probe insights-hub agent create --tenant acme --device press-4 --ca acme.pem
  probe insights-hub agent check press-4.pem --key press-4.key --ca acme.pem --tenant acme
  probe insights-hub agent connect press-4.pem --key press-4.key --tenant acme --trust broker-root.pem

Exit code: 0 all is well, 1 a problem was found, 2 wrong usage, 3 it could not be found out, 130 interrupted."""

Chain = Annotated[Path, typer.Argument(metavar="FILE", help="What the agent sends: its certificate, then that of its authority (PEM).")]
Tenant = Annotated[str, typer.Option(metavar="NAME", help="The tenant, which the client ID begins with.")]
ClientId = Annotated[str, typer.Option(metavar="ID", help="The client ID that the agent uses.")]


@app.command(epilog=EXAMPLES)
@leaving
def create(
    tenant: Tenant,
    device: Annotated[str, typer.Option(metavar="NAME", help="The device: the CN, and the name of the files.")],
    authority: Annotated[Path, typer.Option("--ca", metavar="FILE", help="The certificate of the registered authority.")],
    authority_key: Annotated[Path | None, typer.Option("--ca-key", metavar="FILE", help="Its key. Default: the file beside it with the ending .key.")] = None,
    password_env: PasswordEnv = None,
    days: Annotated[int, typer.Option(metavar="N", help="How long it is valid.")] = 365,
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where DEVICE.key and DEVICE.pem are written; neither may be there yet.")] = Path(),
    show_openssl: ShowOpenssl = False,
    form: Format = "terminal",
    color: Color = True,
) -> int:
    """Make an agent's private key (mode 0600), its certificate, signed directly by the authority, and the file with both certificates in the right order."""
    from probe.capture.identity import Password
    from probe.jobs.insights_hub.agent import commands, make, wanted

    check_form(form)
    one = wanted(tenant, device, days, folder, authority, authority_key)
    if show_openssl:
        return finish(commands(one, variable_name(password_env or "")), form, color)
    return finish(make(one, Password(password_env or "", ask_password)), form, color)


@app.command()
@leaving
def check(
    chain: Chain,
    key: Key = None,
    authority: Annotated[Path | None, typer.Option("--ca", metavar="FILE", help="The registered authority.")] = None,
    tenant: Tenant = "",
    client_id: ClientId = "",
    password_env: PasswordEnv = None,
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
    form: Format = "terminal",
    color: Color = True,
) -> int:
    """Look at an agent's file: issuer, chain, dates, key, client ID. With a token the API is asked too whether the authority is registered and verified."""
    from probe.capture.identity import Password
    from probe.jobs.insights_hub.agent import check as checked

    check_form(form)
    way = (
        access(region, gateway, token_env, token_file, trust, trust_password_env, connect, timeout, (proxy, proxy_user, proxy_password_env))
        if token_env or token_file
        else None
    )
    password = Password(password_env or "", ask_password)
    return finish(checked(chain, key=key, authority=authority, tenant=tenant, client_id=client_id, password=password, access=way), form, color)


@app.command()
@leaving
def connect(
    chain: Chain,
    key: Annotated[Path, typer.Option(metavar="FILE", help="The agent's private key.")],
    tenant: Tenant,
    authority: Annotated[Path | None, typer.Option("--ca", metavar="FILE", help="The registered authority.")] = None,
    client_id: ClientId = "",
    password_env: PasswordEnv = None,
    env: Annotated[str, typer.Option(metavar="NAME", help="eu1, or other with --broker.")] = "eu1",
    endpoint: Annotated[str | None, typer.Option(metavar="NAME", help="One endpoint of the profile: broker-eu1 or broker-eu1-alpn. Default: all.")] = None,
    broker: Annotated[str, typer.Option(metavar="HOST", help="The broker of --env other.")] = "",
    trust: Annotated[list[str] | None, typer.Option(help="The Broker Root CA from the Asset Manager, as for probe check.")] = None,
    trust_password_env: TrustPasswordEnv = None,
    address: Annotated[str | None, typer.Option("--connect", metavar="ADDRESS[:PORT]", help="Connect to this address instead of resolving the host.")] = None,
    proxy: Proxy = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="For each endpoint.")] = 30.0,
    allow_connect: Annotated[
        bool, typer.Option("--allow-connect", help="Also send CONNECT. That ends the connection of a running agent with the same client ID.")
    ] = False,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, json, html, markdown or junit.")] = "terminal",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report here instead of to standard output.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an HTML report besides.")] = None,
    color: Color = True,
) -> int:
    """Try the agent's certificate at the broker: its files first, then TLS as an ordinary check, and with --allow-connect the CONNECT."""
    from probe.jobs.insights_hub.connect import Calling, call
    from probe.report import BeforeText, StepText
    from probe.report.compose import exit_code
    from probe.report.procedure import Procedure

    check_format(form)
    check_files(output, html=html, inputs=(*(trust or ()), chain, key, authority))
    found = call(
        Calling(
            path=chain,
            key=key,
            tenant=tenant,
            authority=authority,
            client_id=client_id,
            env=env,
            endpoint=endpoint,
            broker=broker,
            trust=tuple(trust or ()),
            connect=address,
            proxy=proxy,
            timeout=timeout,
            allowed=allow_connect,
            password_env=password_env,
            trust_password_env=trust_password_env or "",
        ),
        ask_password,
        progress,
    )
    files = Procedure(title=f"Certificate of the agent in {chain}", remarks=found.remarks)
    if found.report is None:
        return finish(files, "json" if form == "json" else "terminal", color)
    if form == "terminal" and output is None:
        finish(files, form, color)
    steps = tuple(StepText(state=one.state.value, says=one.says, next=one.next_step) for one in found.remarks)
    deliver(replace(found.report, before=BeforeText(title=files.title, steps=steps)), form, output, html, color)
    return INTERRUPTED if found.interrupted else exit_code(found.report)
