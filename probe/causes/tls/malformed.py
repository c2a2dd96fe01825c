"""What the server sends breaks the rules of TLS or of certificates.

The handshake began, and then something came that a client must refuse: bytes that are no TLS, a message of the wrong
length or at the wrong time, or a certificate that cannot be decoded. A broken or home-made server, a device with a
damaged certificate, or a box on the path that changes bytes are the usual reasons.

Clients say: OpenSSL "wrong version number", "bad length", "unexpected message" or "asn1 encoding routines", Java
"javax.net.ssl.SSLProtocolException" or "bad_certificate", curl exit 35.
"""

from probe.case.case import Case
from probe.causes.shown import Shown, client
from probe.causes.tls import objection, rescued
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import How, Local
from probe.tls.alerts import name as alert_name
from probe.tls.plaintext import recognise

CAUSE = Cause(
    title="The server's answer breaks the rules of TLS",
    owner=Owner.SERVER,
    actions=("repair-peer",),
    references=("RFC 8446 section 6.2", "RFC 5280 section 4.1"),
    explains=(
        "name.mismatch",
        "name.wildcard",
        "name.cn-only",
        "name.ip-not-in-san",
        "chain.intermediate-missing",
        "chain.issuer-unknown",
        "chain.root-untrusted",
    ),
)
SHOWN_BY = Shown(commands=(client(""),), shows='OpenSSL ends with an error about what it was sent and does not print "CONNECTION ESTABLISHED".')
RULES = {10, 20, 21, 22, 30, 42, 43, 46, 47, 50, 51, 80, 109, 110}
"""The alerts with which our engine rejects what it cannot accept: not those about versions, suites and keys that are merely old."""


def judge(case: Case) -> Finding | None:
    """Our engine gave up on the peer's bytes, or they are neither TLS nor a known plain text."""
    one = case.handshake
    if one is None or case.established:
        return None
    if one.first_bytes and not case.spoke_tls and not recognise(one.first_bytes):
        look = case.plaintext
        if look and recognise(look.received):
            return None
        head = one.first_bytes[:24].hex(" ")
        return Finding(
            effect=Effect.BREAKS,
            summary="The answer to the ClientHello is neither TLS nor a known protocol.",
            evidence=(Evidence(says=f"The first bytes were: {head}", at=case.pointer(one)),),
        )
    if one.ending.how is not How.LOCAL or one.ending.local not in (Local.ENGINE, Local.LIMIT):
        return None
    if one.ending.local is Local.LIMIT:
        return Finding(
            effect=Effect.BREAKS,
            summary="The server's answer has no end.",
            evidence=(
                Evidence(
                    says=f"After {one.received} bytes of TLS the reading was stopped; {one.pieces} bytes belong to an unfinished message.", at=case.pointer(one)
                ),
            ),
        )
    alert = objection(one)
    code = alert.description if alert else one.ending.code
    if code not in RULES or rescued(case, "legacy", "any-version"):
        return None
    evidence = [Evidence(says=f"We had to end the handshake with alert {code} ({alert_name(code or 0)}).", at=case.pointer(one))]
    broken = [number for number, certificate in enumerate(case.presented) if certificate.read.read_by != "cryptography"]
    evidence += [
        Evidence(
            says=f"Certificate {number + 1} of those sent does not decode: {'; '.join(case.presented[number].read.faults) or 'unknown fault'}.",
            at=case.pointer(one),
        )
        for number in broken
    ]
    what = "A certificate that the server sends cannot be decoded." if broken else "What the server sends in the handshake breaks the rules of TLS."
    return Finding(effect=Effect.BREAKS, summary=what, about=tuple(case.presented[number] for number in broken), evidence=tuple(evidence))
