"""What became of a call that somebody made to us: the causes of the catalogue, found in the direction that no check of ours can see.

The caller has spoken for itself, by an alert, by hanging up, or by its request. What is wrong with what it was shown is found by the same causes as in a check;
here it is decided which of it fits what the caller did. What the caller trusts is not known.
"""

from dataclasses import replace

from probe.case.called import of_caller
from probe.case.case import Case
from probe.case.names import compare
from probe.causes.called_client import presented
from probe.causes.called_trust import CERTIFICATE_ALERTS, careless, distrusted, faults, hung_up, named
from probe.causes.catalogue import Answers, asked_of, entry
from probe.causes.words import Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import title
from probe.facts.listening import HIGHEST, LOWEST
from probe.facts.observation import Alert, Call, Handshake, How, Local
from probe.tls.alerts import name as alert_name
from probe.tls.callers import hello_of, plain_protocol
from probe.tls.hellos import ClientHello, client_hello
from probe.tls.registry import VERSION_NUMBERS, suite_name, version_name

TITLES = {
    "tls.not-tls": "The caller speaks plain text, not TLS",
    "tls.timeout": "The caller's ClientHello did not come whole",
    "tls.closed": "The caller hangs up without saying why",
    "tls.malformed": "The handshake breaks the rules of TLS",
    "chain.root-untrusted": "The caller does not trust the root",
    "chain.pin-mismatch": "It is not the certificate that the caller has on file",
    "client.required": "The caller sends no certificate",
    "client.untrusted": "The caller's certificate does not come from an authority that --trust names",
    "client.chain-incomplete": "The caller does not send its intermediate certificate",
    "client.eku": "The caller's certificate is not made for clients",
    "client.weak": "The caller's certificate is weak",
    "client.expired": "The caller's certificate has expired",
    "client.not-yet-valid": "The caller's certificate is not valid yet",
    "app.protocol": "The caller speaks another protocol than HTTP",
}
"""What a cause is called where we are the server, if its own title says who the server is."""
NOTHING_SAID = frozenset({0, 90})
"""close_notify and user_canceled."""
DECLINED = {40: "tls.cipher", 47: "tls.cipher", 70: "tls.version", 71: "tls.cipher", 120: "tls.alpn"}
"""What a caller's alert says that is not about a certificate."""
PROTOCOL_VERSION = 70
NOTHING_COMMON = (40, 71)
NO_CERTIFICATE = (40, 116)
NOBODY = "Nobody called."
SHOWN = 6


def ask_called(case: Case) -> Answers:
    """Judge one call. A judgement that raises is a defect of the probe, and the others still answer."""
    call = case.call
    if call is None or call.handshake is None:
        return Answers(findings=not_covered(case), not_observed=tuple(NotObserved(code=one.code, why=NOBODY) for one in asked_of(case)))
    defects: list[tuple[str, str]] = []
    found = _fenced(case, call, call.handshake, defects)
    missing = _unseen(case, call, call.handshake)
    known = tuple(one for one in found if entry(one.code))
    return Answers(findings=known, not_observed=missing, defects=tuple(defects))


def _fenced(case: Case, call: Call, one: Handshake, defects: list[tuple[str, str]]) -> tuple[Finding, ...]:
    wrong: tuple[Finding, ...] = ()
    main: tuple[Finding, ...] = ()
    identity: tuple[Finding, ...] = ()
    for what in ("chain", "call", "client"):
        try:
            if what == "chain":
                # Of the temporary certificate nobody expects that it is right.
                wrong = () if case.target.listening and case.target.listening.temporary else faults(case, defects)
            elif what == "call":
                main = _outcome(case, call, one, wrong)
            else:
                identity = presented(case, call)
        except Exception as error:  # the fence, as in the catalogue
            defects.append((f"call.{what}", type(error).__name__))
    codes = {finding.code for finding in main}
    rest = tuple(_overlooked(finding) for finding in wrong if finding.code not in codes)
    found = (*main, *identity, *rest)
    return (*found, *(one for one in not_covered(case) if one.code not in {other.code for other in found}))


def not_covered(case: Case) -> tuple[Finding, ...]:
    """The user says under which name callers know this machine, and the certificate is not for that name, whatever this one caller asked for."""
    target, served = case.target, case.observation.served
    own = served.own if served else None
    listening = target.listening
    if listening is None or listening.temporary or not listening.named or own is None:
        return ()
    fits = compare(target.host, own)
    if fits.matches:
        return ()
    good = ", ".join(fits.good_for[:SHOWN]) or "no host"
    return (
        Finding(
            code="name.mismatch",
            effect=Effect.RISKS,
            summary=f"Our certificate is not for {target.host}, which --name says callers know this machine by; it is for {good}. "
            "A caller that uses this name refuses it.",
            about=(own,),
            evidence=(Evidence(says=f'"{title(own)}" is for {good}.', at="/served/certificates/0"),),
            owner=Owner.SERVER,
            values=(("good", good),),
        ),
    )


def _overlooked(finding: Finding) -> Finding:
    """What is wrong with what we showed, and is not why this caller ended as it did."""
    if finding.effect is not Effect.BREAKS:
        return replace(finding, stacks=())
    return replace(finding, effect=Effect.RISKS, stacks=(), summary=f"{finding.summary} It is not what this call ended with; other callers refuse it.")


def _outcome(case: Case, call: Call, one: Handshake, wrong: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What the call ended with."""
    if one.first_bytes:
        return (_plain(case, one),)
    if hello_of(one) is None:
        return (_cut(case, one),)
    if call.exchange is not None and call.exchange.ending.how is How.DONE:
        return careless(case)
    theirs = next((alert for alert in one.alerts if not alert.sent and alert.description not in NOTHING_SAID), None)
    ours = next((alert for alert in one.alerts if alert.sent and alert.description not in NOTHING_SAID), None)
    if theirs is not None:
        if theirs.description in CERTIFICATE_ALERTS and case.presented:
            return distrusted(case, one, theirs, wrong)
        return (_declined(case, one, theirs),)
    if ours is not None:
        return (_refused(case, one, ours),)
    if one.ending.how is not How.DONE:
        return hung_up(case, one, wrong)
    if call.exchange is None:
        return named(case, one, wrong)
    return (_strange(case, call),)


def _plain(case: Case, one: Handshake) -> Finding:
    protocol = plain_protocol(one.first_bytes)
    line = one.first_bytes.split(b"\r\n")[0].decode("ascii", "backslashreplace") if protocol == "HTTP" else one.first_bytes.hex(" ")
    says = {
        "HTTP": "The caller sent plain HTTP to a port that speaks TLS: its URL begins with http:// in place of https://, or a proxy before it takes TLS off.",
        "PROXY protocol": "A load balancer tells in front of TLS whose connection it passes on (PROXY protocol); the server has to be told to expect it.",
    }.get(protocol, f"The caller sent plain {protocol} to a port that speaks TLS." if protocol else "What the caller sent is no TLS.")
    return Finding(
        code="tls.not-tls",
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if protocol else Certainty.POSSIBLE,
        summary=says,
        evidence=(Evidence(says=f"The first bytes were: {line}", at=case.pointer(one)),),
        owner=Owner.NETWORK if protocol == "PROXY protocol" else Owner.CLIENT,
        actions=("call-with-tls",),
    )


def _cut(case: Case, one: Handshake) -> Finding:
    how = {How.TIMED_OUT: "then nothing more came", How.CLOSED: "then the caller closed the connection", How.RESET: "then the connection was reset"}
    then = how.get(one.ending.how, "then the listening ended")
    return Finding(
        code="tls.timeout",
        effect=Effect.BREAKS,
        certainty=Certainty.POSSIBLE,
        summary=f"Only {one.received} bytes came, not a whole ClientHello; {then}.",
        evidence=(Evidence(says=f"{one.received} bytes were received, {one.pieces} of them of an unfinished handshake message.", at=case.pointer(one)),),
        alternatives=(("tls.hello-size", "A box on the way lets the first packet of a large ClientHello through and drops the second."),),
        owner=Owner.NETWORK,
    )


def offered(one: Handshake) -> ClientHello | None:
    """What the caller offers."""
    message = hello_of(one)
    return client_hello(message.body) if message else None


def versions(hello: ClientHello) -> str:
    """The versions that a caller offers, in words; without supported_versions the one that it names is the highest (RFC 8446 section 4.2.1)."""
    if hello.versions == (hello.legacy_version,):
        return f"nothing above {version_name(hello.legacy_version)}"
    return ", ".join(version_name(one) for one in sorted(hello.versions))


def _refused(case: Case, one: Handshake, alert: Alert) -> Finding:
    """It was us who stopped."""
    hello = offered(one)
    number = alert.description
    at = case.pointer(one)
    told = Evidence(says=f"We refused with alert {number} ({alert_name(number)}).", at=at)
    if number in NO_CERTIFICATE and case.hello and case.hello.certificate_requested:
        return Finding(
            code="client.required",
            effect=Effect.BREAKS,
            summary="The caller was asked for a certificate and sent none, and was refused, as --request-client-cert required says.",
            evidence=(Evidence(says="A CertificateRequest was sent; the caller answered with an empty Certificate message.", at=at), told),
            owner=Owner.CLIENT,
            alternatives=_not_sent(case),
        )
    if number == PROTOCOL_VERSION and hello is not None:
        newest = max(hello.versions, default=hello.legacy_version)
        return Finding(
            code="tls.version",
            effect=Effect.BREAKS,
            summary=f"The caller offers {versions(hello)}; a server of today speaks {LOWEST} and {HIGHEST}.",
            evidence=(Evidence(says=f"The ClientHello offers {versions(hello)}.", at=at), told),
            owner=Owner.CLIENT,
            actions=("update-caller",),
            values=(("version", LOWEST if newest < VERSION_NUMBERS[LOWEST] else HIGHEST),),
        )
    if number in NOTHING_COMMON and hello is not None:
        few = ", ".join(suite_name(suite) for suite in hello.suites[:SHOWN]) + (f" and {len(hello.suites) - SHOWN} more" if len(hello.suites) > SHOWN else "")
        own = case.observation.served.own if case.observation.served else None
        kind = f" with our {own.read.key.kind} certificate" if own and own.read.key else ""
        return Finding(
            code="tls.cipher",
            effect=Effect.BREAKS,
            summary=f"The caller offers no cipher suite, group or signature algorithm that can be used{kind}.",
            evidence=(Evidence(says=f"The ClientHello offers {few or 'no cipher suite'}.", at=at), told),
            owner=Owner.CLIENT,
            actions=("widen-caller-offer",),
        )
    return Finding(
        code="tls.malformed",
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY,
        summary=f"What the caller sent does not fit the rules of TLS (we answered with alert {number}, {alert_name(number)}).",
        evidence=(told,),
        owner=Owner.CLIENT,
    )


def _not_sent(case: Case) -> tuple[tuple[str, str], ...]:
    if case.hello and case.hello.acceptable_issuers:
        says = "It may have a certificate: Java, Go, GnuTLS and NSS send none when its issuer is not in the list of names that the server sends."
        return (("client.not-sent", says),)
    return ()


def _declined(case: Case, one: Handshake, alert: Alert) -> Finding:
    """The caller stopped, and not because of a certificate."""
    number = alert.description
    code = DECLINED.get(number, "tls.malformed")
    chosen = f"{one.version}, {one.cipher}" if one.version else "nothing yet"
    summary = {
        "tls.version": f"The caller does not accept the version that was chosen ({one.version or 'none'}).",
        "tls.cipher": f"The caller does not accept what was chosen ({chosen}).",
        "tls.alpn": "The caller insists on an application protocol that is not spoken here.",
    }.get(code, f"The caller ended the handshake with alert {number} ({alert_name(number)}).")
    return Finding(
        code=code,
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if number in (PROTOCOL_VERSION, 71, 120) else Certainty.LIKELY,
        summary=summary,
        evidence=(Evidence(says=f"The caller sent alert {number} ({alert_name(number)}); chosen was {chosen}.", at=case.pointer(one)),),
        owner=Owner.CLIENT,
        actions={"tls.version": ("update-caller",), "tls.cipher": ("widen-caller-offer",)}.get(code, ()),
        values=(("version", LOWEST),),
    )


def _strange(case: Case, call: Call) -> Finding:
    """TLS stands, and what follows is no request."""
    exchange = call.exchange
    fields = dict(exchange.fields) if exchange else {}
    over_limit = exchange is not None and exchange.ending.local is Local.LIMIT
    unfinished = exchange is not None and not over_limit and exchange.ending.how is not How.DECLINED
    what = fields.get("protocol", "unknown")
    said = f"speaks {what}" if what != "unknown" else "says something that is not HTTP"
    if over_limit:
        said = "sent an HTTP header that does not end within the 64 KiB that are read"
    elif unfinished:
        said = "began a request and did not finish it"
    first = fields.get("first bytes") or f"{exchange.received if exchange else 0} bytes"
    return Finding(
        code="app.protocol",
        effect=Effect.BREAKS if unfinished else Effect.RISKS,
        certainty=Certainty.POSSIBLE if unfinished else Certainty.LIKELY,
        summary=f"The caller accepted our certificate, and then {said}.",
        evidence=(Evidence(says=f"After the handshake came: {first}.", at=case.pointer(exchange)),),
        owner=Owner.CLIENT,
        values=(("speaks", what),),
    )


def _unseen(case: Case, call: Call, one: Handshake) -> tuple[NotObserved, ...]:
    """What this call cannot tell."""
    missing = []
    if not case.presented:
        why = "The call ended before our certificate was sent, so what the caller thinks of it was not seen."
        missing += [NotObserved(code=code, why=why) for code in ("chain.root-untrusted", "chain.intermediate-missing", "name.mismatch")]
    elif one.sni is None and call.exchange is None:
        missing.append(NotObserved(code="name.mismatch", why="The caller sent no server name, so under which name it knows us was not seen."))
    if not of_caller(call):
        asked = case.hello is not None and case.hello.certificate_requested
        why = "The caller was asked for a certificate and sent none." if asked else "The caller was not asked for a certificate (--request-client-cert)."
        missing.append(NotObserved(code="client.untrusted", why=why))
    return tuple(missing)
