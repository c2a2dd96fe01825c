"""probe listen: the direction that no check of ours can see."""

from pathlib import Path
from typing import Annotated

import typer

from probe.cli.output import ask_password, check_files, check_format, deliver
from probe.facts.unusable import Unusable

EXAMPLES = """Examples:

\b
  probe listen 8443 --cert fullchain.pem --key server.key
  probe listen 8443 --name api.partner.example
  probe listen 443 --cert fullchain.pem --key server.key --calls 3 --timeout 3600 --html calls.html
  probe listen 8443 --cert fullchain.pem --key server.key --request-client-cert optional --trust partner-ca.pem
  probe listen 443 --profile hubject-partner-endpoint --var host=oicp.partner.example --cert fullchain.pem --key server.key

Then let the other side call. Nothing is done with a request: it is answered with --answer.

Exit code: 0 all calls worked, 1 a problem was found, 2 wrong usage, 3 nobody called or undecided, 4 a defect of the probe, 130 interrupted."""

Text = str | None
File = Path | None


def listen(
    port: Annotated[int, typer.Argument(metavar="PORT", help="The port to listen on; 0 for any that is free.")],
    address: Annotated[Text, typer.Option(metavar="IP", help="Listen at this address of the machine only. Default: all.")] = None,
    cert: Annotated[Text, typer.Option(metavar="FILE", help="The certificate with its chain (PEM, DER, PKCS12), as the real server sends it.")] = None,
    key: Annotated[Text, typer.Option(metavar="FILE", help="Its private key, if that is in a file of its own.")] = None,
    password_env: Annotated[Text, typer.Option(metavar="NAME", help="The environment variable with the password of the key.")] = None,
    name: Annotated[Text, typer.Option(help="The name under which callers know this machine. Default: that in the certificate.")] = None,
    request: Annotated[
        str, typer.Option("--request-client-cert", metavar="off|optional|required", help="Ask callers for a certificate; required: refuse who sends none.")
    ] = "off",
    trust: Annotated[list[str] | None, typer.Option(help="For the callers' certificates: a file or folder. Their names are told to the caller.")] = None,
    trust_password_env: Annotated[Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of the trust store.")] = None,
    uploaded: Annotated[Text, typer.Option(metavar="FILE", help="The certificate of this machine that the caller has on file, to compare.")] = None,
    profile: Annotated[Text, typer.Option(metavar="NAME|FILE", help="Who is to call: the endpoint of a known system that has direction in.")] = None,
    env: Annotated[Text, typer.Option(metavar="NAME", help="The environment of the profile, such as prod or qa.")] = None,
    endpoint: Annotated[Text, typer.Option(metavar="NAME", help="The endpoint of the profile, where several are called.")] = None,
    var: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable of the profile. Repeat for several.")] = None,
    calls: Annotated[int, typer.Option(metavar="N", help="How many calls to wait for.")] = 1,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait altogether.")] = 300.0,
    answer: Annotated[int, typer.Option(metavar="STATUS", help="The HTTP status that every request is answered with.")] = 200,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, json, html, markdown or junit.")] = "terminal",
    output: Annotated[File, typer.Option(metavar="FILE", help="Write the report here instead of to standard output.")] = None,
    html: Annotated[File, typer.Option(metavar="FILE", help="Write an HTML report besides.")] = None,
    save: Annotated[File, typer.Option(metavar="FILE", help="Save what was seen, for probe report.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace names and addresses by pseudonyms; leave out certificates and raw data.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for risks too.")] = False,
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Wait for somebody's call, and say what became of it: whether it comes at all, what the caller offers, and why it refuses."""
    from probe.case.called import apart
    from probe.diagnose import diagnose
    from probe.jobs.listen import Listener, Wishes
    from probe.jobs.listen_profile import ProfileWishes
    from probe.report.compose import compose, exit_code

    check_format(form)
    check_files(output, html=html, save=save, inputs=(*(trust or ()), cert, key, uploaded))
    if save is not None and redact:
        says = "--save and --redact exclude each other: what was seen is made of names and certificates."
        raise Unusable(says, "Save it first, then: probe report FILE --redact")
    wishes = Wishes(
        address=address,
        cert=cert,
        key=key,
        password_env=password_env,
        name=name,
        request=request,
        trust=tuple(trust or ()),
        trust_password_env=trust_password_env or "",
        calls=calls,
        timeout=timeout,
        status=answer,
        uploaded=uploaded,
        profile=ProfileWishes(profile=profile, env=env, endpoint=endpoint, var=tuple(var or ())),
    )
    listener = Listener(port, wishes, ask_password)
    _announce(listener.target.port, address, cert, calls, timeout, listener.notes)
    seen = listener.wait()
    report = compose(tuple(diagnose(one) for one in apart(seen)))
    if redact:
        from probe.report.redact import redact as redacted

        report = redacted(report)
    if save is not None:
        from probe.capture.write import write
        from probe.facts.codec import text

        write(save, text(seen).encode())
    deliver(report, form, output, html, color)
    return 130 if seen.unfinished == "interrupted" else exit_code(report, strict)


def _announce(port: int, address: str | None, cert: str | None, calls: int, timeout: float, notes: tuple[str, ...]) -> None:
    """Tell that the port is open now; a user waits for this before the caller is told to call."""
    from probe.render.visible import visible

    where = f"port {port} at {visible(address, 60)}" if address else f"port {port}, at all addresses of this machine"
    many = "one call" if calls == 1 else f"{calls} calls"
    typer.echo(f"Listening on {where}, for {many} or {timeout:g} seconds. Let the other side call now; Ctrl-C ends it.", err=True)
    if cert is None:
        typer.echo("No --cert: callers are shown a temporary certificate and will refuse it. That shows that they come, and what they offer.", err=True)
    for note in notes:
        typer.echo(f"Note: {visible(note, 400)}", err=True)
