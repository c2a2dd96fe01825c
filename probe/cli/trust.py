"""probe trust: which certificate a client has to install."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probe.cli.check import check_stack
from probe.cli.output import INTERRUPTED, ask_password, check_files, colour, progress, show, width
from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.report.advice import AdviceReport

EXAMPLES = """Examples:

\b
  probe trust ldaps://dc1.corp.example
  probe trust shop.example --write certificates
  probe trust shop.example --trust corp-root.pem --as java
  probe trust server.pem
  probe trust seen.json --html trust.html
  probe trust shop.example --pid 4711
  probe trust new-partner.pem --profile nexuse2e-partner --var ca_folder=nexus-cas
  probe trust --profile matrix42-native-connector --var host=dc1.corp.example --var ca_files=corp-root.pem

Nothing is installed and no trust store is changed; files are written only with --write, and only all together.
A certificate that was only seen on the connection comes with the way to verify it: compare its fingerprint over another channel.

Exit code: 0 a choice exists that suffices, 1 none does or clients disagree, 2 wrong usage or unknown host, 3 undecided, 4 a defect of the probe,
130 interrupted."""

FORMATS = ("terminal", "json", "html", "markdown", "junit")
Text = str | None
File = Path | None


def trust(
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="[TARGET|FILE]...", help="Endpoints as for check; files with certificates; saved observations.")
    ] = None,
    write: Annotated[File, typer.Option(metavar="DIR", help="Write the certificates, stores and texts into this folder: all of them or none.")] = None,
    force: Annotated[bool, typer.Option("--force", help="With --write: replace files that hold something else.")] = False,
    jks: Annotated[bool, typer.Option("--jks", help="With --write: also a JKS store, for programs of before Java 9.")] = False,
    hashed: Annotated[bool, typer.Option("--hashed", help="With --write: also files with hashed names, for -CApath and SSL_CERT_DIR.")] = False,
    store_password_env: Annotated[
        Text, typer.Option(metavar="NAME", help="The environment variable with the password for the new stores. Default: changeit.")
    ] = None,
    pid: Annotated[int | None, typer.Option(metavar="PID", help="A running program: which store does it really use, and does that suffice? Linux.")] = None,
    trust: Annotated[
        list[str] | None, typer.Option(help="What the client trusts now, or what you want to send: judged as it is. As for check. Repeat to add up.")
    ] = None,
    trust_password_env: Annotated[Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of that store.")] = None,
    password_env: Annotated[Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of a FILE.")] = None,
    name: Annotated[Text, typer.Option(help="The name that the certificate must have. Default: the host of the target.")] = None,
    sni: Annotated[Text, typer.Option(metavar="NAME|none", help="The name in the ClientHello. Default: the host, or --name for an address.")] = None,
    connect: Annotated[Text, typer.Option(metavar="ADDRESS[:PORT]", help="Connect to this address instead of resolving the host.")] = None,
    resolver: Annotated[list[str] | None, typer.Option(metavar="IP[:PORT]|system", help="Ask this DNS server.")] = None,
    stack: Annotated[Text, typer.Option("--as", metavar="STACK", help="Only this client stack counts (java, openssl). Default: all.")] = None,
    at: Annotated[Text, typer.Option(metavar="TIME", help="Judge for this moment (2026-12-31 or 2026-12-31T08:00:00Z).")] = None,
    proxy: Annotated[Text, typer.Option(metavar="URL|none", help="Go through this proxy. Default: as HTTPS_PROXY and NO_PROXY say.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="For each target.")] = 30.0,
    fetch: Annotated[bool, typer.Option("--fetch/--no-fetch", help="Get missing issuers from the URLs that certificates name.")] = True,
    fetch_private: Annotated[bool, typer.Option("--fetch-private", help="Also from internal addresses.")] = False,
    profile: Annotated[Text, typer.Option(metavar="NAME|FILE", help="A known system: host, trust and the texts for its support come from its profile.")] = None,
    env: Annotated[Text, typer.Option(metavar="NAME", help="The environment of the profile, such as prod or qa.")] = None,
    endpoint: Annotated[Text, typer.Option(metavar="NAME", help="One endpoint of the profile. Default: all of the environment.")] = None,
    var: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable of the profile. Repeat for several.")] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, json, html, markdown or junit.")] = "terminal",
    output: Annotated[File, typer.Option(metavar="FILE", help="Write the advice here instead of to standard output.")] = None,
    html: Annotated[File, typer.Option(metavar="FILE", help="Write an HTML page besides.")] = None,
    save: Annotated[File, typer.Option(metavar="FILE", help="Save what was seen, for probe report and probe trust (one target).")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace names and addresses by pseudonyms; leave out certificates and raw data.")] = False,
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Say which certificate a client must install for TARGET or FILE: root first, then intermediates, the server's own as a last resort; and prove it."""
    from probe.jobs.target import Options
    from probe.jobs.trust import seen
    from probe.report.advice import AdviceReport, exit_code
    from probe.report.advice_texts import PASSWORD
    from probe.report.advise import advise

    if form not in FORMATS:
        raise Unusable(f"There is no format {form!r} for this advice.", f"Choose one of {', '.join(FORMATS)}.")
    given = tuple(targets or ())
    if not given and profile is None:
        raise Unusable("No target is named.", "Name HOST, HOST:PORT, a URL or a file with certificates, or a profile with --profile.")
    check_files(output, html=html, save=save, inputs=(*given, *(trust or ())))
    check_stack(stack)
    if redact and (save is not None or write is not None):
        other = "--save" if save is not None else "--write"
        raise Unusable(f"{other} and --redact exclude each other: what it writes is made of names and certificates.", "Do one after the other.")
    password = _ready_to_write(write, force, jks, hashed, store_password_env)
    looked = None
    if pid is not None:
        from probe.capture.programs import look

        looked = look(pid)
    options = Options(
        name=name,
        sni=sni,
        connect=connect,
        resolver=tuple(resolver or ()),
        trust=tuple(trust or ()),
        stack=stack,
        at=at,
        timeout=timeout,
        fetch=fetch,
        fetch_private=fetch_private,
        app=False,
        advising=True,
        proxy=proxy,
        profile=profile,
        env=env,
        endpoint=endpoint,
        var=tuple(var or ()),
    )
    found = seen(given, options, (trust_password_env or "", password_env or ""), ask_password, progress, looked)
    if save is not None and len(found) > 1:
        raise Unusable("--save takes what was seen of one target, and several were given.", "Look at them one by one.")
    word = f'"${store_password_env}"' if store_password_env else PASSWORD
    report = AdviceReport(advices=tuple(advise(one.observation, one.program, word) for one in found), made_by=f"probe {found[0].observation.probe}")
    if write is not None and any(one.choices for one in report.advices) and not any(one.interrupted for one in report.advices):
        from probe.jobs.trust_files import written

        report = written(report, write, password, force, jks, hashed)
    if save is not None:
        from probe.capture.write import write as write_file
        from probe.facts.codec import text

        write_file(save, text(found[0].observation).encode())
    code = exit_code(report)
    if redact:
        from probe.report.redact_advice import redact as redacted

        report = redacted(report)
    _deliver(report, form, output, html, color)
    # A host that does not exist is a typing error when it is all that was asked about, and a problem found among others.
    unknown = any(one.unknown_host for one in report.advices) and code != INTERRUPTED
    return (2 if len(report.advices) == 1 else 1) if unknown else code


def _ready_to_write(write: Path | None, force: bool, jks: bool, hashed: bool, store_password_env: str | None) -> str:
    """The password for new stores, once it is sure that the folder can be written. Raises ``Unusable``."""
    import re

    from probe.report.advice_texts import PASSWORD

    alone = next(
        (option for option, given in (("--force", force), ("--jks", jks), ("--hashed", hashed), ("--store-password-env", store_password_env)) if given), ""
    )
    if write is None:
        if alone:
            raise Unusable(f"{alone} goes with --write.", "Name a folder with --write DIR.")
        return PASSWORD
    from probe.capture.write_all import check_folder

    check_folder(write)
    if store_password_env is None:
        return PASSWORD
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,100}", store_password_env):
        raise Unusable("--store-password-env takes the name of an environment variable.", "Name one of letters, digits and underscores.")
    from probe.capture.variable import value_of

    password = value_of(store_password_env, "--store-password-env")
    if not password.isascii() or len(password) < 6:
        says = "The environment variable named by --store-password-env does not hold a password that keytool takes."
        raise Unusable(says, "Set it to six or more ASCII characters.")
    return password


def _deliver(report: "AdviceReport", form: str, output: Path | None, html: Path | None, coloured: bool) -> None:
    from probe.capture.write import write

    plain = output is None or str(output) == "-"
    text = _text(report, form, plain and colour(coloured), width() if plain else 100)
    if output is None or str(output) == "-":
        show(text)
    else:
        write(output, text.encode("utf-8", "backslashreplace"))
    if html is not None:
        write(html, _text(report, "html", False, 100).encode("utf-8", "backslashreplace"))


def _text(report: "AdviceReport", form: str, coloured: bool, columns: int) -> str:
    if form == "json":
        from probe.render import advice_json

        return advice_json.render(report)
    if form == "html":
        from probe.render import advice_html

        return advice_html.render(report)
    if form == "junit":
        from probe.render import advice_junit

        return advice_junit.render(report)
    if form == "markdown":
        from probe.render import advice_markdown

        return advice_markdown.render(report)
    from probe.render import advice_terminal

    return advice_terminal.render(report, coloured, columns)
