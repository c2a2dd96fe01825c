"""The server says that the client certificate is revoked.

Only few servers look for it, with a list that their operator loads or by asking the authority. The old certificate is
often still in use after a renewal for which it was revoked.

Clients say: OpenSSL "alert certificate revoked" (44), Go "remote error: tls: revoked certificate", Java "Received fatal
alert: certificate_revoked"; nginx answers "400 The SSL certificate error" as for everything else.
"""

from probe.case.case import Case
from probe.causes.identity import EXPLAINS, REVOKED, finding
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The client certificate is revoked",
    owner=Owner.CLIENT,
    actions=("replace-client-certificate",),
    references=("RFC 8446 section 6.2", "RFC 5280 section 3.3"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "certificate revoked".',
)


def judge(case: Case) -> Finding | None:
    """The server's alert says so."""
    return finding(case, REVOKED)
