"""No common cipher suite, group or signature algorithm.

The server found nothing in our offer that it can use. Usual reasons: a cipher list on one side that is too narrow, a
server without a usable certificate or with a key of another kind than its cipher list expects, or a server that can
only do what today's clients no longer offer.

Clients say: OpenSSL "sslv3 alert handshake failure" (alert 40), Java "Received fatal alert: handshake_failure", Go
"remote error: tls: handshake failure", curl exit 35.
"""

from probe.case.case import Case
from probe.causes.shown import openssl_says
from probe.causes.tls import agreed, refusal
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="No common cipher suite, group or signature algorithm",
    owner=Owner.SERVER,
    actions=("allow-cipher",),
    instead=("widen-caller-offer",),
    references=("RFC 8446 section 4.1.1", "RFC 8446 section 6.2"),
)
SHOWN_BY = openssl_says("alert handshake failure", "alert insufficient security", options="")
HANDSHAKE_FAILURE, INSUFFICIENT_SECURITY = 40, 71


def judge(case: Case) -> Finding | None:
    """The server answers handshake_failure or insufficient_security to every question, and it did not ask for a certificate."""
    one = case.handshake
    if one is None or case.established:
        return None
    alert = refusal(one)
    if alert is None or alert.description not in (HANDSHAKE_FAILURE, INSUFFICIENT_SECURITY):
        return None
    if case.hello and case.hello.certificate_requested:
        return None
    if agreed(case, "legacy") or any(case.succeeded(question) for question in ("tls12", "without-sni", "with-sni", "without-alpn", "any-version")):
        return None
    others = [other for other in case.handshakes if other is not one]
    evidence = [Evidence(says=f"The server refused the ClientHello with alert {alert.description}.", at=case.pointer(one))]
    evidence += [Evidence(says=f"Asked again ({_question(case, other)}), it did not accept either.", at=case.pointer(other)) for other in others]
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if alert.description == INSUFFICIENT_SECURITY else Certainty.LIKELY,
        summary="The server finds nothing in the ClientHello that it can use.",
        evidence=tuple(evidence),
    )


def _question(case: Case, handshake: object) -> str:
    return next((one.question.name for one in case.attempts if any(step is handshake for step in one.steps)), "again")
