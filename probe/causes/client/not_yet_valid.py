"""The client certificate, or an intermediate sent with it, is not valid yet.

It was issued for a later day, or the clock of this machine or of the server is slow. Servers refuse it like an expired
one. The probe does not send it unless --send-anyway is given.

Clients say: OpenSSL "alert bad certificate" (42), Go "remote error: tls: expired certificate", Java "Received fatal
alert: certificate_unknown", curl "400 The SSL certificate error".
"""

from probe.case.case import Case
from probe.case.identity import Flaw
from probe.causes.flawed_identity import flawed
from probe.causes.identity import EXPLAINS
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The client certificate is not valid yet",
    owner=Owner.CLIENT,
    actions=("wait-for-client-certificate",),
    references=("RFC 5280 section 4.1.2.5", "RFC 8446 section 6.2"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "bad certificate", a page that speaks of the certificate, or an empty reply.',
)


def judge(case: Case) -> Finding | None:
    """It begins after the moment that is judged."""
    return flawed(case, Flaw.NOT_YET_VALID)
