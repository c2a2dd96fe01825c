"""probe inspect: what is in these files, do they fit together, what is missing."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probe.cli.check import check_stack
from probe.cli.output import ask_password, check_files, check_format, deliver, progress
from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.facts.observation import Observation

EXAMPLES = """Examples:

\b
  probe inspect fullchain.pem server.key
  probe inspect partner.zip --html partner.html
  probe inspect client.p12 --password-env CLIENT_PASSWORD
  probe inspect new-server.pem --fetch
  probe inspect new-server.pem --against shop.example
  probe inspect request.csr old-server.pem
  probe inspect request.csr old.pem --profile insights-hub-mqtt --var device=agent7
  probe inspect /etc/ssl/certs
  openssl s_client -connect shop.example:443 -showcerts </dev/null | probe inspect -

Nothing leaves this machine without --fetch or --against. Keys are only compared, and never shown.

Exit code: 0 all fine, 1 a problem was found, 2 wrong usage or nothing could be read, 3 undecided, 4 a defect of the probe, 130 interrupted."""

Text = str | None
File = Path | None


def inspect(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files and folders: certificates, keys, requests, PKCS12, JKS, cert9.db, ZIP; - is the input.")
    ],
    password_env: Annotated[
        Text, typer.Option(metavar="NAME", help="The environment variable that holds the password. Without it, a terminal is asked.")
    ] = None,
    against: Annotated[Text, typer.Option(metavar="TARGET", help="Compare with what this endpoint sends now.")] = None,
    saved: Annotated[File, typer.Option(metavar="OBSERVATION", help="Compare with what an endpoint sent, saved by probe check --save.")] = None,
    fetch: Annotated[bool, typer.Option("--fetch/--no-fetch", help="Get missing issuers from the URLs that certificates name.")] = False,
    fetch_private: Annotated[bool, typer.Option("--fetch-private", help="Also from internal addresses.")] = False,
    trust: Annotated[
        list[str] | None, typer.Option(help="Whose roots are known besides: system (default), certifi, none, a file or a folder. Repeat to add up.")
    ] = None,
    trust_password_env: Annotated[Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of the trust store.")] = None,
    stack: Annotated[Text, typer.Option("--as", metavar="STACK", help="Judge for this client stack (java, openssl).")] = None,
    at: Annotated[Text, typer.Option(metavar="TIME", help="Judge for this moment (2026-12-31 or 2026-12-31T08:00:00Z).")] = None,
    connect: Annotated[Text, typer.Option(metavar="ADDRESS[:PORT]", help="With --against: connect to this address instead of resolving the host.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="For fetching, and for the connection of --against.")] = 30.0,
    profile: Annotated[Text, typer.Option(metavar="NAME|FILE", help="A known system: requests are held against its rules.")] = None,
    env: Annotated[Text, typer.Option(metavar="NAME", help="The environment of the profile, such as prod or qa.")] = None,
    endpoint: Annotated[Text, typer.Option(metavar="NAME", help="One endpoint of the profile.")] = None,
    var: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable of the profile. Repeat for several.")] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, json, html, markdown or junit.")] = "terminal",
    output: Annotated[File, typer.Option(metavar="FILE", help="Write the report here instead of to standard output.")] = None,
    html: Annotated[File, typer.Option(metavar="FILE", help="Write an HTML report besides.")] = None,
    save: Annotated[File, typer.Option(metavar="FILE", help="Save what was found, for probe report. Certificates and no keys.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace names and addresses by pseudonyms; leave out certificates and raw data.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for risks too.")] = False,
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Say what is in FILES, which keys and certificates fit together, which chains they make, and what is missing."""
    from probe.diagnose import diagnose
    from probe.report.compose import compose, exit_code

    check_format(form)
    check_files(output, html=html, save=save, inputs=(*files, *(trust or ()), saved))
    check_stack(stack)
    if save is not None and redact:
        says = "--save and --redact exclude each other: what was found is made of names and certificates."
        raise Unusable(says, "Save it first, then: probe report FILE --redact")
    seen = looked(
        files, password_env, against, saved, fetch, fetch_private, trust, stack, at, connect, timeout, profile, env, endpoint, var, trust_password_env
    )
    report = compose((diagnose(seen),))
    if redact:
        from probe.report.redact import redact as redacted

        report = redacted(report)
    if save is not None:
        from probe.capture.write import write
        from probe.facts.codec import text

        write(save, text(seen).encode())
    deliver(report, form, output, html, color)
    return exit_code(report, strict)


def looked(
    files: list[str],
    password_env: str | None = None,
    against: str | None = None,
    saved: Path | None = None,
    fetch: bool = False,
    fetch_private: bool = False,
    trust: list[str] | None = None,
    stack: str | None = None,
    at: str | None = None,
    connect: str | None = None,
    timeout: float = 30.0,
    profile: str | None = None,
    env: str | None = None,
    endpoint: str | None = None,
    var: list[str] | None = None,
    trust_password_env: str | None = None,
) -> "Observation":
    """What the options ask for, without a report. Raises ``Unusable``."""
    from probe.capture.store_password import Passwords, StorePassword
    from probe.jobs.inspect import Wishes, inspect, served
    from probe.jobs.replay import saved as observation
    from probe.jobs.target import moment

    if against and saved:
        raise Unusable("--against and --saved exclude each other: one asks the endpoint now, the other takes what was seen.", "Give one of them.")
    when = moment(at)
    sent = served(asked(against, connect, timeout)) if against else served(observation(saved)) if saved else ()
    wishes = Wishes(
        password_env=password_env or "",
        trust=tuple(trust or ()),
        stack=stack,
        at=when,
        fetch=fetch,
        fetch_private=fetch_private,
        timeout=timeout,
        against=against or "",
        saved=str(saved) if saved else "",
        profile=profile,
        env=env,
        endpoint=endpoint,
        var=tuple(var or ()),
    )
    opening = Passwords(password_env or "", ask_password), StorePassword(trust_password_env or "", ask_password)
    return inspect(tuple(files), wishes, opening[0], partial(progress, "inspect"), sent, opening[1])


def asked(against: str, connect: str | None, timeout: float) -> "Observation":
    """What an endpoint sends now, judged by nobody. Raises ``Unusable``."""
    from probe.jobs.check import observe, stores
    from probe.jobs.target import Options, target

    meant = target(against, Options(connect=connect, timeout=timeout, trust=("none",), fetch=False, app=False))
    return observe(meant, stores(meant), partial(progress, meant.spelled))
