"""probe check: the main job."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probe.cli.output import ask_password, check_files, check_format, complain, deliver, progress
from probe.facts.unusable import Unusable

if TYPE_CHECKING:
    from probe.facts.observation import Observation
    from probe.facts.target import Target
    from probe.jobs.check import Errand
    from probe.jobs.domain import Found
    from probe.jobs.target import Options
    from probe.protocols.login import Login

EXAMPLES = """Examples:

\b
  probe check shop.example
  probe check ldaps://dc1.corp.example --trust corp-root.pem --as java
  probe check --domain corp.example --trust corp-root.pem
  probe check https://192.0.2.7:8443 --name shop.example --html report.html
  probe check shop.example --connect 192.0.2.8 --save before.json
  probe check smtp://mail.shop.example:587 imap://mail.shop.example postgres://db.shop.example
  probe check https://api.partner.example --cert client.pem --key client.key
  probe check mqtts://broker.example --cert client.pem --key client.key --allow-connect --client-id press-4
  probe check wss://csms.example/ocpp/station-7 --subprotocol ocpp1.6
  probe check --profile hubject-emp --env qa --var provider=DE-DCB --trust hubject-certificates --cert client.p12

Exit code: 0 works, 1 a problem was found or clients disagree, 2 wrong usage or unknown host, 3 undecided, 4 a defect of the probe, 130 interrupted."""

UNDECIDED = 3
Text = str | None
File = Path | None


def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TARGET]...",
            help="HOST, HOST:PORT, [IPv6]:PORT, https://HOST/, ldaps://HOST, mqtts://HOST, wss://HOST/path, smtp://HOST, imap, pop3, ftp, postgres, mysql ..., "
            "or tls://HOST:PORT.",
        ),
    ] = None,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            help="system (default), certifi, none, java[:HOME], a folder, or a file: PEM, DER, PKCS7, PKCS12, JKS, JCEKS, cert9.db, ZIP. Repeat to add up."
        ),
    ] = None,
    trust_password_env: Annotated[
        Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of the trust store. Without it, changeit is tried.")
    ] = None,
    name: Annotated[Text, typer.Option(help="The name that the certificate must have. Default: the host of the target.")] = None,
    sni: Annotated[Text, typer.Option(metavar="NAME|none", help="The name in the ClientHello. Default: the host, or --name for an address.")] = None,
    connect: Annotated[Text, typer.Option(metavar="ADDRESS[:PORT]", help="Connect to this address instead of resolving the host.")] = None,
    resolver: Annotated[
        list[str] | None, typer.Option(metavar="IP[:PORT]|system", help="Ask this DNS server. Repeat to compare: the first one decides.")
    ] = None,
    records: Annotated[
        bool,
        typer.Option("--dns-records", help="Ask DNS also who may issue (CAA), which certificate is expected (TLSA), and what the addresses are called (PTR)."),
    ] = False,
    stack: Annotated[Text, typer.Option("--as", metavar="STACK", help="Judge as this client stack (java, openssl). Default: all vote.")] = None,
    at: Annotated[Text, typer.Option(metavar="TIME", help="Judge for this moment (2026-12-31 or 2026-12-31T08:00:00Z).")] = None,
    tls_min: Annotated[Text, typer.Option(metavar="VERSION", help="The lowest version that your client can (TLSv1, TLSv1.1, TLSv1.2, TLSv1.3).")] = None,
    tls_max: Annotated[Text, typer.Option(metavar="VERSION", help="The highest version that your client can.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="For the whole check of one target.")] = 30.0,
    fetch: Annotated[bool, typer.Option("--fetch/--no-fetch", help="Get missing issuers from the URLs that certificates name.")] = True,
    fetch_private: Annotated[bool, typer.Option("--fetch-private", help="Also from internal addresses.")] = False,
    proxy: Annotated[
        Text, typer.Option(metavar="URL|none", help="http://HOST:PORT, socks5h:// or another SOCKS. Default: as HTTPS_PROXY and NO_PROXY say.")
    ] = None,
    proxy_user: Annotated[Text, typer.Option(metavar="NAME", help="The user name for the proxy.")] = None,
    proxy_password_env: Annotated[
        Text, typer.Option(metavar="NAME", help="The environment variable that holds the proxy's password. Without it, a terminal is asked.")
    ] = None,
    direct: Annotated[bool, typer.Option("--direct/--no-direct", help="Ask once without an HTTP proxy where that tells whose fault it is.")] = True,
    app: Annotated[bool, typer.Option("--app/--no-app", help="Ask the service behind TLS one harmless question.")] = True,
    repeat: Annotated[int, typer.Option(metavar="N", help="Ask each address N times (100 at most), to find one bad server behind it.")] = 1,
    revocation: Annotated[str, typer.Option(metavar="off|soft|hard", help="Ask whether certificates are revoked; hard: no answer is a failure.")] = "off",
    pin: Annotated[Text, typer.Option(metavar="FILE|SHA256", help="The exact certificate that the server is expected to send.")] = None,
    uploaded: Annotated[
        Text, typer.Option(metavar="FILE", help="The certificate of the checked endpoint of yours that the other side has on file: same, or renewed since?")
    ] = None,
    public: Annotated[
        str, typer.Option(metavar="SOURCE", help="Which authorities count as public: certifi, none, a file or a folder. Never trusted.")
    ] = "certifi",
    cert: Annotated[Text, typer.Option(metavar="FILE", help="The client's certificate with its chain (PEM, DER), or a PKCS12 file with the key.")] = None,
    key: Annotated[Text, typer.Option(metavar="FILE", help="Its private key, if that is in a file of its own.")] = None,
    password_env: Annotated[
        Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of the key. Without it, a terminal is asked.")
    ] = None,
    send_anyway: Annotated[bool, typer.Option("--send-anyway", help="Present the client's certificate though it is not valid today.")] = False,
    client_auth: Annotated[
        str, typer.Option(metavar="allowed|forbidden", help="forbidden: the caller that this stands for cannot present a certificate.")
    ] = "allowed",
    on_file: Annotated[Text, typer.Option(metavar="FILE", help="The client's certificate that the other side has on file, to compare.")] = None,
    profile: Annotated[Text, typer.Option(metavar="NAME|FILE", help="Check a known system: hosts, trust, names and questions come from its profile.")] = None,
    env: Annotated[Text, typer.Option(metavar="NAME", help="The environment of the profile, such as prod or qa.")] = None,
    endpoint: Annotated[Text, typer.Option(metavar="NAME", help="One endpoint of the profile. Default: all of the environment.")] = None,
    var: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable of the profile. Repeat for several.")] = None,
    allow: Annotated[list[str] | None, typer.Option(metavar="ID", help="Consent to a question of the profile that has side effects.")] = None,
    alpn: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Offer this protocol name (ALPN), as x-amzn-mqtt-ca. Repeat for several.")] = None,
    allow_connect: Annotated[
        bool, typer.Option("--allow-connect", help="mqtts: also send CONNECT, which ends a running client with the same client ID.")
    ] = False,
    client_id: Annotated[Text, typer.Option(metavar="ID", help="mqtts: the client ID. Default: that of the profile, else one that is made up.")] = None,
    mqtt: Annotated[Text, typer.Option("--mqtt", metavar="5|3.1.1", help="mqtts: the version to speak. Default: 5, and then 3.1.1.")] = None,
    user: Annotated[Text, typer.Option(metavar="NAME", help="mqtts, wss: the user name, told only to a server that was judged good.")] = None,
    user_password_env: Annotated[
        Text, typer.Option(metavar="NAME", help="The environment variable that holds the user's password. Without it, a terminal is asked.")
    ] = None,
    subprotocol: Annotated[list[str] | None, typer.Option(metavar="NAME", help="wss: the subprotocol, as ocpp1.6. Repeat for several.")] = None,
    domain: Annotated[
        Text, typer.Option(metavar="DOMAIN[:PORT]", help="Check every domain controller that DNS lists for this Active Directory domain, in place of TARGETs.")
    ] = None,
    bind: Annotated[Text, typer.Option(metavar="DN", help="ldaps, ldap: bind as DN, in a connection of its own, once the server was judged good.")] = None,
    bind_password_env: Annotated[
        Text, typer.Option(metavar="NAME", help="The environment variable that holds the password of --bind. Without it, a terminal is asked.")
    ] = None,
    ldap_port: Annotated[
        int | None, typer.Option("--ldap-port", metavar="PORT", help="ldaps: where the same directory answers in plain text. Default: 389, of 3269 it is 3268.")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="terminal, json, html, markdown or junit.")] = "terminal",
    output: Annotated[File, typer.Option(metavar="FILE", help="Write the report here instead of to standard output.")] = None,
    html: Annotated[File, typer.Option(metavar="FILE", help="Write an HTML report besides.")] = None,
    save: Annotated[File, typer.Option(metavar="FILE", help="Save what was seen, for probe report (one target).")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace names and addresses by pseudonyms; leave out certificates and raw data.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for risks too.")] = False,
    color: Annotated[bool, typer.Option("--color/--no-color", help="Colours, on a terminal only.")] = True,
) -> int:
    """Connect to each TARGET, or to a profile's endpoints, as a client does, and say why it fails, who must change what, and what client stacks make of it."""
    from probe.capture.store_password import StorePassword
    from probe.diagnose import diagnose
    from probe.jobs.check import Errand, stores
    from probe.jobs.identity import identified
    from probe.jobs.target import Options
    from probe.jobs.wanted import wanted
    from probe.report.compose import compose, exit_code

    check_format(form)
    check_files(output, html=html, save=save, inputs=(*(trust or ()), pin, uploaded, public, cert, key, on_file))
    if save is not None and redact:
        says = "--save and --redact exclude each other: what was seen is made of names and certificates."
        raise Unusable(says, "Save it first, then: probe report FILE --redact")
    check_stack(stack)
    options = Options(
        name=name,
        sni=sni,
        connect=connect,
        resolver=tuple(resolver or ()),
        records=records,
        tls_min=tls_min,
        tls_max=tls_max,
        trust=tuple(trust or ()),
        stack=stack,
        at=at,
        timeout=timeout,
        fetch=fetch,
        fetch_private=fetch_private,
        app=app,
        proxy=proxy,
        proxy_user=proxy_user,
        proxy_password_env=proxy_password_env,
        direct=direct,
        repeat=repeat,
        revocation=revocation,
        pin=pin,
        uploaded=uploaded,
        public=public,
        cert=cert,
        key=key,
        password_env=password_env,
        send_anyway=send_anyway,
        client_auth=client_auth,
        on_file=on_file,
        profile=profile,
        env=env,
        endpoint=endpoint,
        var=tuple(var or ()),
        allow=tuple(allow or ()),
        alpn=tuple(alpn or ()),
        allow_connect=allow_connect,
        client_id=client_id,
        mqtt=mqtt,
        user=user,
        user_password_env=user_password_env,
        subprotocol=tuple(subprotocol or ()),
        bind=bind,
        bind_password_env=bind_password_env,
        ldap_port=ldap_port,
        domain=domain,
    )
    found = domain_of(tuple(targets or ()), options)
    if found is not None and found.why_not:
        complain(found.why_not, "Try again, or name another DNS server with --resolver IP.")
        return UNDECIDED
    meant = wanted(found.spelled if found else tuple(targets or ()), options)
    if save is not None and len(meant) > 1:
        raise Unusable("--save takes what was seen of one target, and several were given.", "Check them one by one.")
    identity, credential = identified(meant[0][0], password_env, ask_password)
    known = proxy_login(meant, proxy_user, proxy_password_env)
    own = user_login(meant, options)
    trusted = stores(meant[0][0], StorePassword(trust_password_env or "", ask_password))
    every = [
        Errand(target=one, trusted=trusted, identity=identity, credential=credential, agreement=agreement, login=known, user=own) for one, agreement in meant
    ]
    seen = _seen(every, found)
    report = compose(tuple(diagnose(one) for one in seen))
    if redact:
        from probe.report.redact import redact as redacted

        report = redacted(report)
    if save is not None:
        from probe.capture.write import write
        from probe.facts.codec import text

        write(save, text(seen[0]).encode())
    deliver(report, form, output, html, color)
    return 130 if any(one.unfinished == "interrupted" for one in seen) else exit_code(report, strict)


def _seen(every: "list[Errand]", found: "Found | None") -> "list[Observation]":
    """What was seen of each, one after the other, or of the controllers of a domain side by side; of none after Ctrl-C."""
    if found is not None:
        from probe.jobs.domain import observe_domain

        return list(observe_domain(found, tuple(every), progress))
    from probe.capture.turn import Turn
    from probe.jobs.check import observe

    seen: list[Observation] = []
    turn = Turn()
    for one in every:
        told = partial(progress, one.target.spelled)
        given = (one.target, one.trusted, told)
        seen.append(observe(*given, identity=one.identity, credential=one.credential, agreement=one.agreement, login=one.login, user=one.user, turn=turn))
        if seen[-1].unfinished == "interrupted":
            break
    return seen


def domain_of(targets: tuple[str, ...], options: "Options") -> "Found | None":
    """The domain controllers that DNS lists for the domain that is meant; ``None`` when none is. Raises ``Unusable``."""
    if options.domain is None and not (options.profile and options.var):
        return None
    from probe.jobs.domain import controllers, meant

    domain = meant(targets, options)
    return controllers(domain, options) if domain or options.domain is not None else None


def proxy_login(meant: "Sequence[tuple[Target, object]]", user: Text, password_env: Text) -> "Login | None":
    """The login for the proxy of these targets, asked for at the terminal if need be; ``None`` when no user is named. Raises ``Unusable``."""
    if user is None:
        return None
    from probe.jobs.proxy import login

    return login(tuple(target for target, _ in meant), user, password_env, ask_password)


def user_login(meant: "Sequence[tuple[Target, object]]", options: "Options") -> "Login | None":
    """The user's login at the targets themselves, asked for at the terminal if need be; ``None`` when no user is named. Raises ``Unusable``."""
    if options.bind is not None:
        from probe.jobs.binding import bind_login

        return bind_login(tuple(target for target, _ in meant), options, ask_password)
    if options.user is None:
        return None
    from probe.jobs.calling import user_login as login

    return login(tuple(target for target, _ in meant), options, ask_password)


def check_stack(stack: str | None) -> None:
    """Refuse a client stack that is not known. Raises ``Unusable``."""
    from probe.stacks import load_all

    known = [one.name for one in load_all()]
    if stack is not None and stack not in known:
        raise Unusable(f"There is no client stack {stack!r}.", f"Known are {', '.join(known)}.")
