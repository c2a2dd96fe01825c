"""The server refuses the client certificate, and the reason is not visible from outside.

One page, or the end of the connection, stands for every reason. Where nothing stands against the certificate itself and
its issuer is among those that the server names, only the server's log tells: a list of revoked certificates, an
authority of the same name with another key, an intermediate without its root, fewer intermediates allowed than there
are, or a rule of the application.

Clients say: nginx "400 The SSL certificate error", Java "Received fatal alert: certificate_unknown" or "Broken pipe",
browsers ERR_BAD_SSL_CLIENT_AUTH_CERT, others the end of the connection.
"""

from dataclasses import replace

from probe.case.case import Case
from probe.causes.identity import EXPLAINS, REJECTED, finding
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The server refuses the client certificate and does not say why",
    owner=Owner.SERVER,
    actions=("ask-about-certificate", "accept-client-issuer"),
    instead=("send-no-certificate", "allow-client-depth"),
    references=("RFC 8446 section 4.4.2.4", "RFC 8446 section 6.2"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows="curl prints an alert, a page that speaks of the certificate, or an empty reply.",
)

USUAL = (8883, 8884)
"""Ports at which brokers want no protocol name; those of AWS IoT hang up at others, as if they refused the certificate."""


def judge(case: Case) -> Finding | None:
    """It was sent and refused, and nothing known explains it."""
    found, target = finding(case, REJECTED), case.target
    if found is None or target.protocol != "mqtts" or target.port in USUAL or target.alpn:
        return found
    name = ("tls.alpn", "At this port the broker may want a protocol name (ALPN), such as x-amzn-mqtt-ca, and none was offered: --alpn NAME.")
    return replace(found, alternatives=(*found.alternatives, name))
