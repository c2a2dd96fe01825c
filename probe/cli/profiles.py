"""probe profiles: known systems."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probe.cli.output import ask_password, check_files, leaving, show
from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.facts.profile import Check, Profile, Value

app = typer.Typer(help="Known systems: what they need, what their answers mean, which environment is which.", no_args_is_help=True, rich_markup_mode=None)
File = Path | None
LONG = 4000
"""Characters of a line that are shown."""

LEARN = """Examples:

\b
  probe profiles learn prod=https://api.shop.example test=https://api-test.shop.example --output shop.toml
  probe profiles learn prod=certificates/prod qa=certificates/qa --profile hubject-emp

With --profile the document holds marks alone. Saved in the folder of own profiles under the name that is printed, every check with that profile finds them."""


@app.command("list")
@leaving
def list_() -> int:
    """List the profiles, those that are shipped and your own."""
    from probe.jobs.profile import find, folder, own
    from probe.profiles import load, shipped
    from probe.profiles.agree import unverified

    rows = [(name, load(name).title, len(unverified(load(name))), "shipped") for name in shipped()]
    for path in own():
        try:
            mine = find(path.stem)
        except Unusable as wrong:
            rows.append((path.stem, wrong.says, 0, "own, cannot be used"))
        else:
            rows.append((path.stem, mine.title, len(unverified(mine)), "own"))
    widest = max(len(row[0]) for row in rows)
    for name, title, count, whose in rows:
        more = f", {count} value{'s' if count != 1 else ''} not verified" if count else ""
        _say(f"{name:<{widest}}  {title} ({whose}{more})")
    _say(f"Own profiles are looked for in {folder()}.")
    return 0


@app.command("show")
@leaving
def show_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A profile, or a file.")],
    toml: Annotated[bool, typer.Option("--toml", help="Print the document itself.")] = False,
) -> int:
    """Say what a profile holds: variables, environments and their marks, endpoints, checks, and what in it nobody has verified."""
    from probe.jobs.profile import find
    from probe.profiles import document, shipped

    one = find(name)
    if toml and name in shipped():
        show(document(name))
        return 0
    if toml:
        from probe.jobs.profile import document as own_document
        from probe.jobs.profile import path_of

        show(own_document(path_of(name)))
        return 0
    for line in _lines(one):
        _say(line)
    return 0


@app.command()
@leaving
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The id of the new profile: small letters, digits, - and _.")],
    output: Annotated[File, typer.Option(metavar="FILE", help="Write it here instead of to standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> int:
    """Write a commented profile to begin with."""
    from probe.jobs.profile import folder
    from probe.profiles import blank, shipped
    from probe.profiles.templates import NAME

    if not NAME.fullmatch(name):
        raise Unusable(f"{name!r} cannot be the id of a profile.", "Write small letters, digits, - and _.")
    _spare(output, force)
    _deliver(blank(name), output)
    if name in shipped():
        says = f"{name} is also the name of a shipped profile. In {folder()} as {name}.toml yours counts in its place; anywhere else it is named with its path."
        typer.echo(f"Note: {says}", err=True)
    return 0


@app.command()
@leaving
def validate(files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Profiles, or learned marks.")]) -> int:
    """Say what speaks against a file, each fault with its line. Exit code 2 if anything does."""
    from probe.jobs.profile import faults

    good = True
    for path in files:
        found = faults(path)
        good = good and not found
        for one in found:
            _say(one)
        if not found:
            _say(f"{path} is in order.")
    return 0 if good else 2


@app.command(epilog=LEARN)
@leaving
def learn(
    environments: Annotated[
        list[str], typer.Argument(metavar="NAME=TARGET|FILE NAME=TARGET|FILE", help="Two environments: an endpoint, a file or a folder each.")
    ],
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="Learn marks for this profile instead of making one.")] = None,
    name: Annotated[str, typer.Option("--id", metavar="NAME", help="The id of the profile that is made.")] = "learned",
    client: Annotated[bool, typer.Option("--client", help="The authorities in the files issue client certificates, not servers'.")] = False,
    connect: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS[:PORT]", help="Connect there instead of resolving; repeat for the second endpoint.")
    ] = None,
    output: Annotated[File, typer.Option(metavar="FILE", help="Write it here. Default: standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="For each endpoint.")] = 30.0,
    trust_password_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="The environment variable with the password of a key store among the files.")
    ] = None,
) -> int:
    """Make the marks that tell two environments apart, from two endpoints or two folders of certificates; only what one has and the other has not."""
    from probe.capture.store_password import StorePassword
    from probe.jobs.learn import learn as learned
    from probe.jobs.profile import MARKS, folder
    from probe.profiles.templates import NAME

    if not NAME.fullmatch(name):
        raise Unusable(f"{name!r} cannot be the id of a profile.", "Write small letters, digits, - and _.")
    if output is not None:
        check_files(output, inputs=[one.partition("=")[2] for one in environments])
        _spare(output, force)
    password = StorePassword(trust_password_env or "", ask_password)
    found = learned(tuple(environments), name=name, profile=profile, connect=tuple(connect or ()), client=client, timeout=timeout, password=password)
    _deliver(found.document, output)
    if profile is not None and (output is None or output.parent != folder()):
        typer.echo(f"Saved as {folder() / (profile + MARKS)} it counts in every check with --profile {profile}.", err=True)
    return 0


def _spare(output: Path | None, force: bool) -> None:
    """Refuse to overwrite: what is begun or learned here is edited by hand afterwards, and would be lost."""
    if output is not None and str(output) != "-" and output.is_file() and not force:
        raise Unusable(f"{output} exists already.", "Name another file, or add --force to overwrite it.")


def _deliver(text: str, output: Path | None) -> None:
    if output is None or str(output) == "-":
        show(text)
        return
    from probe.capture.write import write

    check_files(output)
    write(output, text.encode())
    typer.echo(f"Written to {output}.", err=True)


def _say(text: str) -> None:
    from probe.render.visible import visible

    typer.echo(visible(text, LONG))


SENT = {"leaf": "The client certificate need not be sent with its issuers", "full": "The client certificate is sent with all its issuers"}
MET = ("required", "optional", "unknown")
"""Policies with which a client certificate may be sent at all."""


def _lines(one: "Profile") -> list[str]:
    from probe.profiles.agree import unverified

    lines = [f"{one.id}: {one.title} (version {one.version or 'not given'}, {one.origin})", ""]
    lines += [f"Note: {text}" for text in one.notes]
    lines += ["", "Variables (--var NAME=VALUE):"] if one.variables else []
    for variable in one.variables:
        state = f"default {variable.default}" if variable.default else "" if variable.required else "may be left out"
        lines.append(
            f"  {variable.name} ({variable.type}{', ' + state if state else ''}): {variable.help}"
            + (f" Example: {variable.example}" if variable.example else "")
        )
    lines += ["", "Environments (--env NAME):"] if one.environments else []
    for environment in one.environments:
        lines.append(f"  {environment.name}" + (f": {environment.title}" if environment.title else ""))
        for field in ("server_names", "issuer_regex", "subject_regex", "anchor_sha256", "client_issuer_regex"):
            marks = getattr(environment.marks, field)
            lines += [f"    {field.replace('_', ' ')}: {_value(mark)}" for mark in marks]
    lines += ["", "Endpoints (--endpoint NAME):"]
    for place in one.endpoints:
        way = "we call" if place.direction == "out" else "they call us"
        where = f", {place.environment}" if place.environment else ""
        lines.append(f"  {place.name}: {place.protocol}://{place.host}:{place.port} ({way}{where})")
        lines += [f"    also called {_value(alias)}" for alias in place.aliases]
    lines += ["", f"Trust: {one.trust.store}" + (f" ({', '.join(one.trust.files)})" if one.trust.files else "") + f"; names: {one.names.rule}"]
    lines += [f"Client certificate: {one.client_certificate.policy}"]
    lines += [f"  {text}" for text in _expected(one)]
    lines += ["", "Checks:"] if one.checks else []
    for check in one.checks:
        lines += _check(check)
    if one.handover:
        lines += [
            "",
            f"To hand over: {one.handover.preferred} as {one.handover.format}, to {one.handover.recipient or 'the other side'}",
            f"  {one.handover.question_text}",
        ]
    lines += _files(one)
    open_ = unverified(one)
    lines += ["", "Not verified:", *(f"  {text[:1].upper()}{text[1:]}" for text in open_)] if open_ else []
    return [*lines, "", f"Sources: {'; '.join(one.sources) or 'none named'}"]


def _expected(one: "Profile") -> list[str]:
    """What is asked of the endpoint besides, and what of the profile a check does not use."""
    from probe.jobs.profile import stack_of

    tls, names, trust = one.tls, one.names, one.trust
    versions = " to ".join(text for text in (tls.min or "any version", tls.max or "any") if text) if tls.min or tls.max else ""
    lines = [f"TLS versions of the client: {versions}"] if versions else []
    lines += [f"Groups of key agreement: {', '.join(tls.groups)}"] if tls.groups else []
    lines += [f"TLS: {tls.note_legacy}"] if tls.note_legacy else []
    lines += [f"Expected in the certificate besides: {', '.join(_value(name) for name in names.expect)}"] if names.expect else []
    lines += ["Clients name a host, not an address"] if not names.ip_allowed else []
    lines += ["Wildcards do not count"] if not names.wildcards else []
    lines += [f"Public authorities: {trust.public_ca}"] if trust.public_ca != "allowed" else []
    for pin in trust.pins:
        when = f"{f' from {pin.since}' if pin.since else ''}{f' until {pin.until}' if pin.until else ''}"
        lines.append(f"Expected {'key' if pin.kind == 'spki' else 'certificate'}: {pin.file or pin.sha256}{when}")
    lines += ["The expected certificate is enough, with or without a path to an authority"] if trust.pins and not trust.pin_after_pkix else []
    stack = stack_of(one.trust, one.client_certificate)
    lines += [f"Judged as the client stack: {stack}"] if stack else []
    lines += [SENT[one.client_certificate.send_chain]] if one.client_certificate.send_chain in SENT and one.client_certificate.policy in MET else []
    if stack and one.client_certificate.selection == "always":
        lines.append("The client certificate is sent whatever issuers the server names")
    lines += [f"No proxy is used for {place.name}" for place in one.endpoints if place.proxy == "forbidden"]
    if one.client_certificate.server_certificate == "refused":
        lines.append("The certificate of an own server cannot serve as client certificate; one for servers alone is not sent")
    for place in one.endpoints:
        if place.addresses not in (("all",), ()):
            lines.append(f"Looked at of {place.name}: {'its first address' if place.addresses == ('first',) else ', '.join(place.addresses)}")
    return [*lines, *_unused(one)]


def _unused(one: "Profile") -> list[str]:
    """The fields that are for people: a check knows them and does nothing with them."""
    from probe.jobs.profile import deviating, fits, stack_of
    from probe.stacks import load_all

    # The names of a domain's controllers are asked for with --domain, or where the domain is named and no host.
    found = [f"srv of {place.name} ({place.srv}): name the host itself" for place in one.endpoints if place.srv and "{domain}" not in place.srv]
    found += [f"next_hop of {place.name} ({place.next_hop}): check it as a target of its own" for place in one.endpoints if place.next_hop != "none"]
    odd = deviating(one.trust, one.client_certificate)
    stack = next((known for known in load_all() if known.name == stack_of(one.trust, one.client_certificate)), None)
    if odd and stack is None:
        found.append(f"{' and '.join(odd)}: no client stack that is known does this; name the nearest with --as")
    elif stack is not None and not fits(stack, one.trust, one.client_certificate):
        found.append(f"{' and '.join(odd)}: the client stack that is named, {stack.name}, does otherwise")
    found += ["strict: what strict verifiers refuse is told in any case"] if one.trust.strict else []
    if one.trust.chain_from_server == "leaf-ok":
        found.append("chain_from_server leaf-ok: name the intermediates that the client has with --trust")
    found += ["reachable_from_client: name --revocation to ask from here"] if not one.revocation.reachable_from_client else []
    return [f"Not used by a check: {text}" for text in found]


def _files(one: "Profile") -> list[str]:
    """What the profile says of files: requests, and the exchange of a certificate."""
    lines: list[str] = []
    if one.request:
        rules = [f"key {' or '.join(one.request.key)}"] if one.request.key else []
        rules += [f"{one.request.least_bits} bits or more"] if one.request.least_bits else []
        rules += [f"{rule.attribute} {rule.equals or rule.regex}" for rule in one.request.subject_rules]
        rules += ["a renewal keeps the whole subject"] if one.request.same_subject else []
        lines += ["", f"Requests (probe inspect REQUEST --profile {one.id}): {'; '.join(rules) or 'no rule'}"]
        lines += [f"  {one.request.note}"] if one.request.note else []
    if one.renewal:
        lines += ["", f"A partner's new certificate, step by step: probe trust --profile {one.id} --var {one.renewal.new.strip('{}')}=FILE"]
    return lines


def _check(one: "Check") -> list[str]:
    request = one.request
    asked = f"{request.method} {request.path}" if request.method else request.ldap or (f"MQTT {request.mqtt}" if request.mqtt else "TLS only")
    never = not one.safe and not one.expect
    consent = "--allow-connect" if request.mqtt else f"--allow {one.consent or one.id}"
    how = "safe" if one.safe else f"never done: it {one.side_effects}" if never else f"only with {consent}: it {one.side_effects}"
    return [f"  {one.id}: {one.title} ({how})", f"    {asked}"]


def _value(one: "Value") -> str:
    return one.text if one.verified else f"{one.text} (not verified{'; source: ' + one.source if one.source else ''})"
