"""No common application protocol.

The server insists on an application protocol (ALPN) that the client did not offer, or refuses the one it did.

Clients say: OpenSSL "tlsv1 alert no application protocol" (alert 120), Java "Received fatal alert:
no_application_protocol", Go "remote error: tls: no application protocol".
"""

from probe.case.case import Case
from probe.causes.shown import openssl_says
from probe.causes.tls import refusal
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(title="No common application protocol (ALPN)", owner=Owner.SERVER, actions=("allow-alpn",), references=("RFC 7301 section 3.2",))
SHOWN_BY = openssl_says("alert no application protocol", options="{alpn}")
NO_APPLICATION_PROTOCOL = 120


def judge(case: Case) -> Finding | None:
    """The server answered with alert 120."""
    one = case.handshake
    alert = refusal(one) if one and not case.established else None
    if one is None or alert is None or alert.description != NO_APPLICATION_PROTOCOL:
        return None
    without = case.succeeded("without-alpn")
    evidence = [Evidence(says="The server refused the offered application protocols with alert 120 (no_application_protocol).", at=case.pointer(one))]
    if without:
        evidence.append(Evidence(says="Without any application protocol offered, the handshake succeeds.", at=case.pointer(without)))
    return Finding(effect=Effect.BREAKS, summary="The server accepts none of the application protocols offered.", evidence=tuple(evidence))
