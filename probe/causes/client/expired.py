"""The client certificate, or an intermediate sent with it, has expired.

Servers refuse it: OpenSSL by an alert, nginx with the page "400 The SSL certificate error", others without a word. The
probe does not send an expired certificate unless --send-anyway is given.

Clients say: OpenSSL "alert certificate expired" (45), Java "Received fatal alert: certificate_unknown" from a Java
server, Go "remote error: tls: expired certificate", curl "400 The SSL certificate error".
"""

from probe.case.case import Case
from probe.case.identity import Flaw
from probe.causes.identity import EXPLAINS, flawed
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The client certificate has expired",
    owner=Owner.CLIENT,
    actions=("renew-client-certificate",),
    references=("RFC 5280 section 4.1.2.5", "RFC 8446 section 6.2"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "certificate expired", a page that speaks of the certificate, or an empty reply.',
)


def judge(case: Case) -> Finding | None:
    """It is past its end at the moment that is judged."""
    return flawed(case, Flaw.EXPIRED)
