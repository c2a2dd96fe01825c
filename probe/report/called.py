"""A report of a call that somebody made to us: what differs from the report of a check, where it is us who connect."""

import shlex
from dataclasses import replace

from probe.case.called import of_caller, public
from probe.case.case import Case
from probe.case.path import Why
from probe.causes.called import offered, versions
from probe.causes.words import Certainty, Effect, Finding, Verdict
from probe.diagnose import Diagnosis
from probe.facts.certificate import is_self_issued, title
from probe.facts.distinguished import text_of
from probe.facts.listening import HIGHEST, Listening
from probe.facts.observation import Call, Handshake, Observation
from probe.facts.target import Target
from probe.report import Candidate, ChainBox, FoundText, Result, TimelineBar, TimelineRow
from probe.report.called_profile import handed, system
from probe.report.certificates import WORDS, Numbers
from probe.report.sceptic import Told
from probe.report.timeline import rows
from probe.report.words import titled
from probe.tls.callers import hello_of, ja3, plain_protocol
from probe.tls.messages import reading
from probe.tls.registry import VERSION_NUMBERS

UNSHOWN = frozenset({Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.SELF_SIGNED, Why.NOT_PRESENTED})
"""What stands against a chain only because of what the caller trusts, which is not known."""
_STATUS_REQUEST_V2, _ENCRYPT_THEN_MAC, _RECORD_SIZE_LIMIT, _SIGNATURES_OF_CERTIFICATES, _DELEGATED = 17, 22, 28, 50, 34
NAMES = 20
LOOKED = 60


def turned(result: Result, found: Diagnosis, numbers: Numbers) -> Result:
    """The report of a check made into that of a call: what a caller's side leaves open is not said, and what it told is."""
    case = found.case
    proofs = {one.code: told(one, numbers) for one in (*found.findings, *found.explained)}

    def proven(one: FoundText) -> FoundText:
        its = proofs[one.code]
        return replace(one, commands=its.commands, shows=its.shows, saves=its.saves)

    return replace(
        result,
        sentence=sentence(found, result.target),
        candidates=candidates(found),
        findings=tuple(proven(one) for one in result.findings),
        explained=tuple(proven(one) for one in result.explained),
        stacks=(),
        chain=boxes(case, numbers),
        messages=(*result.messages, *handed(found)),
        profile=system(case.observation.agreement),
        timeline=_timeline(case),
        handshake=handshake(case),
        circumstances=circumstances(case),
        forecast="",
        revocation="",
    )


def _timeline(case: Case) -> tuple[TimelineRow, ...]:
    """What happened from the moment of the call on: how long was waited for it would make a picture of nothing else."""
    call = case.call
    if call is None:
        return ()

    def moved(bar: TimelineBar) -> TimelineBar:
        return replace(bar, started=bar.started - call.started, events=tuple(replace(event, at=event.at - call.started) for event in bar.events))

    return tuple(replace(row, bars=tuple(moved(bar) for bar in row.bars)) for row in rows(replace(case.observation, calls=(call,))))


def repeat(target: Target) -> str:
    """The command that waits again."""
    listening = target.listening or Listening()
    words = ["probe", "listen", str(target.port)]
    named = (
        ("--address", listening.address),
        ("--cert", target.cert),
        ("--key", target.key),
        ("--name", target.host if listening.named else ""),
        ("--request-client-cert", listening.request if listening.request != "off" else ""),
        *(("--trust", one) for one in target.trust if one != "none"),
        ("--uploaded", target.pin.source if target.pin and target.pin.option else ""),
        ("--profile", target.profile),
        ("--env", target.env),
        ("--endpoint", target.endpoint if target.profile else ""),
        *(("--var", f"{name}={value}") for name, value in target.variables),
        ("--calls", str(listening.calls) if listening.calls != 1 else ""),
        ("--timeout", f"{target.timeout:g}" if target.timeout != 300 else ""),
        ("--answer", str(listening.status) if listening.status != 200 else ""),
    )
    for option, value in named:
        words += [option, value] if value else []
    return shlex.join(words)


def caller(call: Call) -> str:
    """Who called, as people write an address and a port."""
    return f"[{call.address}]:{call.port}" if ":" in call.address else f"{call.address}:{call.port}"


def sentence(found: Diagnosis, where: str) -> str:
    """The verdict in one sentence. ``where`` is our name and port."""
    observation, call = found.case.observation, found.case.call
    when = f"{observation.taken_at:%Y-%m-%d %H:%M} UTC"
    if call is None or call.handshake is None:
        return _nobody(observation, where, when)
    who = f"The call from {caller(call)} to {where}"
    if found.verdict is Verdict.WORKS:
        return f"{who} worked at {when}: {_success(call)}{_risks(found)}."
    cause = found.cause
    if cause is None:
        return f"{who} came at {when}, and what was seen of it does not decide."
    name = titled(cause.code, found.case.target)
    if found.verdict is Verdict.UNDECIDED:
        temporary = cause.code == "chain.self-signed"
        why = (
            "it reached this machine and refused the temporary certificate, as it must"
            if temporary
            else f"{cause.summary[:1].lower()}{cause.summary[1:].rstrip('.')}"
        )
        return f"{who} came at {when}, and what was seen of it does not decide: {why}."
    likely = ", most likely because of this" if cause.certainty is not Certainty.PROVEN else ""
    return f"{who} failed at {when}{likely}: {name}."


def _success(call: Call) -> str:
    one = call.handshake
    fields = dict(call.exchange.fields) if call.exchange else {}
    version = one.version if one and one.version else "TLS"
    if "method" not in fields:
        return f"{version}, and the caller accepts our certificate; what it said then is not a request that can be answered"
    host = f" for {fields['host']}" if fields.get("host") else ""
    status = call.exchange.status if call.exchange else None
    return f"{version}, {fields['method']} {fields.get('path', '')}{host}, answered with HTTP {status}"


def _risks(found: Diagnosis) -> str:
    count = sum(1 for one in found.findings if one.effect is Effect.RISKS)
    return f". {count} risk{'s are' if count != 1 else ' is'} named below" if count else ""


def _nobody(observation: Observation, where: str, when: str) -> str:
    target = observation.target
    seconds = max(observation.took, 0.0)
    ended = {"interrupted": " until it was interrupted"}.get(observation.unfinished, "")
    span = ("1 second" if f"{seconds:.0f}" == "1" else f"{seconds:.0f} seconds") + ended
    silent = len(observation.calls) + observation.passed_over
    if silent:
        count = "1 connection" if silent == 1 else f"{silent} connections"
        return f"{count} reached port {target.port}, which was open from {when} on for {span}, and not one byte of TLS was said; so nobody called {where}."
    return f"Nobody called {where}: port {target.port} was open from {when} on for {span}, and not one connection came."


def candidates(found: Diagnosis) -> tuple[Candidate, ...]:
    """What is possible when no call came, each with who must look; else what the diagnosis says."""
    case = found.case
    if case.call is not None:
        return tuple(Candidate(code=code, why=why) for code, why in found.candidates)
    host, port = case.target.host, case.target.port
    if case.observation.calls or case.observation.passed_over:
        return (
            Candidate(
                code="tls.closed",
                why="The health check of a load balancer, or a port scan, connects and says nothing: then the network is open and nobody called.",
            ),
            Candidate(
                code="tls.hello-size", why="A box on the way lets the connection through and drops the ClientHello. The network team looks into its log."
            ),
            Candidate(code="app.protocol", why="The caller waits for the server to speak first, as mail and database clients do: it does not begin with TLS."),
        )
    return (
        Candidate(
            code="dns.addresses-disagree",
            why=f"{host} leads the caller to another machine. Whoever runs the DNS zone compares its public address with this machine's.",
        ),
        Candidate(
            code="tcp.timeout",
            why=f"A firewall, or a router that passes port {port} on, lets nothing through from outside. The network team looks for dropped packets "
            "to it, and whether the caller's addresses are allowed.",
        ),
        Candidate(
            code="environment.server",
            why="The caller calls another address or environment, or does not call at all: its base URL has another host or port, a blank in it, or http://; "
            "or the service is not switched on there (at Hubject: Online Requests not ticked). Whoever configured the partner's portal compares it letter by "
            "letter; the partner's support sees in their log whether they called, and a test call of theirs decides.",
        ),
    )


def boxes(case: Case, numbers: Numbers) -> tuple[ChainBox, ...]:
    """The chain as the caller was shown it, and what stands above; what the caller trusts is not known and not judged."""
    path = case.nearest
    if path is None:
        return ()
    refused = {(one.why, one.about) for verdict in case.verdicts for one in verdict.objections}
    found = []
    for place, link in enumerate(path.links):
        one = link.certificate
        against = [other for other in path.objections if other.at == place and other.why not in UNSHOWN]
        lines = [f"valid {one.read.not_before:%Y-%m-%d} to {one.read.not_after:%Y-%m-%d}"] if one.read.not_before and one.read.not_after else []
        lines += [WORDS[other.why] for other in against]
        sent = one in case.presented
        hard = any((other.why, other.about) in refused for other in against)
        if place == 0 and any(verdict.name_refused for verdict in case.verdicts):
            lines.append(f"not for {case.target.name}")
            hard = True
        root = is_self_issued(one)
        standing = f"sent as number {case.presented.index(one) + 1}" if sent else "not sent, as is usual for a root" if root else "not sent"
        standing += ", a public root" if root and public(case.observation, one) else ""
        tone = "bad" if hard else "missing" if not sent and not root else "warn" if against else "good"
        last = place == len(path.links) - 1
        found.append(
            ChainBox(
                title=title(one),
                place=standing,
                lines=tuple(lines),
                tone=tone,
                number=numbers.of(one),
                edge="" if last and root else "issued by" if last else "signed by",
            )
        )
    top = path.links[-1].certificate
    if not is_self_issued(top):
        issuer = top.read.issuer
        name = dict(issuer.attributes).get("CN") or issuer.text if issuer else "unknown issuer"
        whole = (issuer.text,) if issuer else ()
        found.append(ChainBox(title=name, place="not sent, and not known here", lines=whole, tone="warn", number=None))
    return tuple(found)


def handshake(case: Case) -> tuple[tuple[str, str], ...]:
    """What the caller offered and said, as (label, value)."""
    call = case.call
    one = call.handshake if call else None
    if call is None or one is None:
        return ()
    found: list[tuple[str, str]] = [("Caller", caller(call))]
    if one.version and one.cipher:
        found += [("Version", one.version), ("Cipher suite", one.cipher)]
    found += _request(call)
    if one.group:
        found.append(("Key agreement", one.group))
    found += _offer(one)
    if one.version:
        found.append(("Application protocol", one.alpn or "none agreed"))
    found.append(("Certificates sent", str(len(case.presented)) if case.presented else "none: the call ended before"))
    found += _identity(case, call)
    found += [("Possible", hint) for hint in hints(one)]
    return tuple(found)


def _request(call: Call) -> list[tuple[str, str]]:
    exchange = call.exchange
    if exchange is None:
        return []
    labels = {
        "method": "Method",
        "path": "Path",
        "host": "Host",
        "user-agent": "User-Agent",
        "content-type": "Content-Type",
        "content-length": "Content-Length",
    }
    found = [(labels.get(name, name.capitalize()), value) for name, value in exchange.fields]
    return [*found, ("Answered with", f"HTTP {exchange.status}")] if exchange.status is not None else found


def _offer(one: Handshake) -> list[tuple[str, str]]:
    message, hello = hello_of(one), offered(one)
    if message is None or hello is None:
        if not one.first_bytes:
            return [("ClientHello", f"not whole: {one.received} bytes came")]
        return [("First bytes", plain_protocol(one.first_bytes) or one.first_bytes.hex(" "))]
    return [
        ("Offers", f"{versions(hello)}; {len(hello.suites)} cipher suites; ALPN {', '.join(hello.alpn) or 'none'}"),
        ("Asks for (SNI)", hello.sni or "no name"),
        ("ClientHello", f"{one.hello_size} bytes, fingerprint JA3 {ja3(message.body)}"),
    ]


def _identity(case: Case, call: Call) -> list[tuple[str, str]]:
    listening = case.target.listening
    if listening is None or listening.request == "off":
        return [("Caller's certificate", "not asked for")]
    chain = of_caller(call)
    names = reading(case.handshake).acceptable_issuers if case.handshake else ()
    said = f"{len(chain)} sent: {' <- '.join(title(one) for one in chain)}" if chain else "asked for, none was sent" if case.presented else "not reached"
    return [("Caller's certificate", f"{said} ({listening.request})"), *(("Accepted issuer named", text_of(name)) for name in names[:NAMES])]


def hints(one: Handshake) -> tuple[str, ...]:
    """What the ClientHello suggests of the caller; never more than a hint."""
    hello = offered(one)
    if hello is None:
        return ()
    found = []
    if hello.sni is None:
        found.append("without a server name the caller may connect by an IP address, or be very old; a server with several certificates shows it its first one")
    if max(hello.versions, default=0) < VERSION_NUMBERS[HIGHEST]:
        found.append(f"the caller's program or library may be old: it offers {versions(hello)}")
    known = set(hello.extensions)
    if {_STATUS_REQUEST_V2, _SIGNATURES_OF_CERTIFICATES} <= known:
        found.append("the extensions are those of Java")
    elif {_ENCRYPT_THEN_MAC, _RECORD_SIZE_LIMIT} <= known:
        found.append("the extensions are those of GnuTLS")
    elif _ENCRYPT_THEN_MAC in known and _DELEGATED not in known:
        found.append("the extensions are those of OpenSSL (curl, Python, Node, PHP and many others)")
    if hello.alpn and "http/1.1" not in hello.alpn:
        found.append(f"the caller may insist on {', '.join(hello.alpn)}, of which a server that speaks HTTP/1.1 alone has none")
    return tuple(found)


def circumstances(case: Case) -> tuple[tuple[str, str], ...]:
    """Where and how it was listened, as (label, value)."""
    seen, call = case.observation, case.call
    target, listening = seen.target, seen.target.listening or Listening()
    found = [
        (
            "Listening on",
            f"port {target.port}, {listening.address or 'all addresses of this machine'}, for {listening.calls} call{'s' if listening.calls != 1 else ''}",
        )
    ]
    own = seen.served.own if seen.served else None
    if listening.temporary:
        found.append(
            (
                "Certificate shown",
                "a temporary one, signed by itself: callers refuse it, it shows that they come and what they offer (--cert, --key for the real one)",
            )
        )
    elif own and seen.served:
        count = len(seen.served.certificates)
        found.append(("Certificate shown", f'"{title(own)}" from {seen.served.source}, {count} certificate{"s" if count != 1 else ""} sent'))
    if call:
        found += [("Caller", caller(call)), *((("Called address", call.local),) if call.local else ())]
        found += [(label, value) for label, value in handshake(case) if label in ("Offers", "Asks for (SNI)", "Caller's certificate", "Possible")]
    found += [("Certificate that the caller has on file", one.source) for one in (target.pin, *target.also_pins) if one]
    found += system(seen.agreement)
    for one in seen.stores:
        if one.kind != "none":
            found.append(("Trusted of callers", f"{one.path or one.source}, {one.size} anchor{'s' if one.size != 1 else ''}"))
    found += _others(seen, call)
    found += [("Judged for", f"{case.at:%Y-%m-%d %H:%M:%S} UTC" + ("" if target.at is None else " (given by --at)")), ("Seen at", seen.vantage.host)]
    found += [("Environment", one) for one in seen.vantage.note if "directly" not in one]
    found.append(("Made with", f"probe {seen.probe}, " + ", ".join(f"{name} {version}" for name, version in seen.libraries)))
    found.append(("Not examined", "revocation (OCSP, CRL), and the caller's trust store, of which only the caller knows"))
    return tuple(found)


def _others(seen: Observation, call: Call | None) -> list[tuple[str, str]]:
    rest = [one for one in seen.calls if one is not call]
    places = ", ".join(dict.fromkeys(one.address for one in rest[:LOOKED]))
    found = []
    if rest:
        what = "connections that were no call" if call else "connections without a word"
        found.append(("Also came", f"{len(rest)} {what}, from {places}"))
    if seen.passed_over:
        found.append(("Not recorded", f"{seen.passed_over} further connection{'s' if seen.passed_over != 1 else ''}"))
    return found


def told(finding: Finding, numbers: Numbers) -> Told:
    """A command with which a reader sees what a certificate says, without the probe; nobody else can repeat the call itself."""
    about = numbers.known(finding.about[:1])
    if not about:
        return Told()
    return Told(
        commands=("openssl x509 -in certificate.pem -noout -subject -issuer -dates -ext subjectAltName,extendedKeyUsage,basicConstraints",),
        shows="OpenSSL prints for whom the certificate is, who issued it, and from when to when it is valid.",
        saves=(("certificate.pem", about),),
    )
