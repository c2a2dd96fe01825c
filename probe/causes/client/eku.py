"""The client certificate is not made for clients.

Its extended key usage lacks clientAuth, as that of a server's certificate, or its key usage rules out signing. Public
authorities have stopped to issue certificates for both, so that a renewed one may lack what its predecessor had.

Clients say: OpenSSL "alert unsupported certificate" (43), Go "remote error: tls: bad certificate", Java "Received fatal
alert: certificate_unknown", curl "400 The SSL certificate error".
"""

from probe.case.case import Case
from probe.case.identity import Flaw
from probe.causes.flawed_identity import flawed
from probe.causes.identity import EXPLAINS
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The client certificate is not made for clients",
    owner=Owner.CLIENT,
    actions=("reissue-client-certificate",),
    references=("RFC 5280 section 4.2.1.12", "RFC 5280 section 4.2.1.3"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "unsupported certificate", a page that speaks of the certificate, or an empty reply.',
)


def judge(case: Case) -> Finding | None:
    """The extended or the plain key usage rules out a TLS client."""
    return flawed(case, Flaw.EKU)
