"""The client certificate, or an intermediate sent with it, has expired.

Servers refuse it: OpenSSL by an alert, nginx with the page "400 The SSL certificate error", others without a word. The
probe does not send an expired certificate unless --send-anyway is given.

Clients say: OpenSSL "alert certificate expired" (45), Java "Received fatal alert: certificate_unknown" from a Java
server, Go "remote error: tls: expired certificate", curl "400 The SSL certificate error".
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.identity import Flaw
from probe.causes.flawed_identity import flawed
from probe.causes.identity import EXPLAINS
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The client certificate or an intermediate sent with it has expired",
    owner=Owner.CLIENT,
    actions=("renew-client-certificate",),
    instead=("replace-client-issuer",),
    references=("RFC 5280 section 4.1.2.5", "RFC 8446 section 6.2"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "certificate expired", a page that speaks of the certificate, or an empty reply.',
)


def judge(case: Case) -> Finding | None:
    """It is past its end at the moment that is judged."""
    found = flawed(case, Flaw.EXPIRED)
    identity = case.client.identity
    if found is None or identity is None or identity.own in found.about:
        return found
    # To renew the client's own certificate below the same issuer would change nothing.
    return replace(found, actions=("replace-client-issuer",))
