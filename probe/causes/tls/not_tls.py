"""The port does not speak TLS.

What came back is no TLS record but the plain text of another protocol. Usual reasons: the port of the unencrypted
service was taken (80 instead of 443, 389 instead of 636), the service expects StartTLS first, or TLS was never switched
on.

Clients say: OpenSSL "wrong version number" or "packet length too long", curl exit 35, Java "javax.net.ssl.SSLException:
Unsupported or unrecognized SSL message".
"""

from probe.case.case import Case
from probe.causes.shown import Shown, openssl_says
from probe.causes.tls import plain_answer
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.tls.plaintext import first_line, recognise

CAUSE = Cause(
    title="The port speaks plain text, not TLS",
    owner=Owner.USER,
    actions=("use-tls-port",),
    instead=("call-with-tls",),
    references=("RFC 8446 section 5.1", "RFC 2817 section 1"),
)
PLAIN = openssl_says("wrong version number", "packet length too long", "record layer failure", options="")
LDAP = Shown(
    commands=("curl -sS --max-time 10 ldap://{peer}/'?supportedLDAPVersion?base'",),
    shows="curl, which is told to use no TLS, prints entries of the directory.",
)


def shown_by(_case: Case, finding: Finding) -> Shown:
    """A directory hangs up without a word when it is sent TLS, so that only its own protocol shows what it is."""
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
    protocol = recognise(first)
    if not protocol:
        return None
    head = first_line(first)
    return Finding(
        effect=Effect.BREAKS,
        summary=f"Port {case.target.port if case.connect is None else case.connect.port} answers in plain {protocol}.",
        evidence=(Evidence(says=f"The first bytes were: {head}", at=source),),
        values=(("speaks", protocol),),
    )
