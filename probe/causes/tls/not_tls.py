"""The port does not speak TLS.

What came back is no TLS record but the plain text of another protocol. Usual reasons: the port of the unencrypted
service was taken (80 instead of 443, 389 instead of 636), the service expects StartTLS first, or TLS was never switched
on.

Clients say: OpenSSL "wrong version number" or "packet length too long", curl exit 35, Java "javax.net.ssl.SSLException:
Unsupported or unrecognized SSL message".
"""

from probe.case.case import Case
from probe.case.starttls import guessed_start, other_spelling, plain_first, port, title
from probe.causes.shown import Shown, openssl_says
from probe.causes.tls import plain_answer
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.tls.plaintext import first_line, recognise

CAUSE = Cause(
    title="The port speaks plain text, not TLS",
    owner=Owner.USER,
    actions=("use-tls-port",),
    instead=("call-with-tls", "respell-target"),
    references=("RFC 8446 section 5.1", "RFC 2817 section 1"),
    explains=("tls.closed", "tls.timeout", "tls.malformed"),
)
PLAIN = openssl_says("wrong version number", "packet length too long", "record layer failure", options="")
LDAP = Shown(
    commands=("curl -sS --max-time 10 ldap://{peer}/'?supportedLDAPVersion?base'",),
    shows="curl, which is told to use no TLS, prints entries of the directory.",
)


BROKER = Shown(why_not="A broker hangs up without a word on everything that is not MQTT; a client of MQTT that is told to use no TLS connects there.")


def shown_by(case: Case, finding: Finding) -> Shown:
    """A directory hangs up without a word when it is sent TLS, so that only its own protocol shows what it is."""
    if ("speaks", "LDAP") in finding.values and case.target.proxy:
        return Shown(why_not="curl and ldapsearch speak plain LDAP through no HTTP proxy.")
    if ("speaks", "MQTT") in finding.values:
        return BROKER
    return LDAP if ("speaks", "LDAP") in finding.values else PLAIN


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Bytes that are no TLS record came, and no TLS record ever did."""
    if case.established or case.spoke_tls or case.handshake is None:
        return None
    first, source = case.handshake.first_bytes, case.pointer(case.handshake)
    if not first or not recognise(first):
        look = plain_answer(case)
        if look and recognise(look.received):
            first, source = look.received, case.pointer(look)
    if (after := _after_words(case, first)) is not None:
        return after
    protocol = recognise(first)
    if not protocol:
        return None
    head = first_line(first)
    alone = case.target.proxy is not None and not (case.direct and case.direct.connected and not case.direct.spoke_tls)
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY if alone else Certainty.PROVEN,
        summary=f"Port {_port(case)} answers in plain {protocol}.",
        evidence=(Evidence(says=f"The first bytes were: {head}", at=source),),
        values=(("speaks", protocol),),
        alternatives=(("proxy.protocol", "The plain text came through a proxy, and may be the proxy's own."),) if alone else (),
    )


def _port(case: Case) -> int:
    """The port of the target; where there is a proxy, that is not where we connected to."""
    if case.connect is None or case.target.proxy:
        return case.target.connect_port or case.target.port
    return case.connect.port


def _after_words(case: Case, first: bytes) -> Finding | None:
    """TLS begins here after plain words: they were tried, and a handshake followed."""
    tried = plain_first(case)
    if tried is None or tried[1] is None or not tried[1].received:
        return None
    words, handshake = tried
    protocol = words.protocol or guessed_start(case)
    name = recognise(first) or title(protocol)
    began = f"The first bytes were: {first_line(first)}" if first else "To a ClientHello without any words before it no TLS came."
    return Finding(
        effect=Effect.BREAKS,
        summary=f"Port {port(case)} speaks plain {title(protocol)} first, and TLS begins after it was asked for (StartTLS): "
        f"the target is {other_spelling(case.target, protocol)}.",
        evidence=(
            Evidence(says=began, at=case.pointer(case.handshake)),
            Evidence(says=f"With the words of {title(protocol)} before it a ClientHello is answered with TLS.", at=case.pointer(handshake)),
        ),
        values=(("speaks", name), ("respelled", protocol)),
        actions=("respell-target",),
    )
