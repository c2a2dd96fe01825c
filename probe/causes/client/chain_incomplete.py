"""The client does not send the intermediate certificate that leads to an accepted issuer.

A server often trusts only the root. Then the client has to send its certificate together with the intermediates above
it, in one file. Where the file or key store has only the client's own certificate, the server finds no way to its root.
The probe looks for the intermediate, sends it too, and sees whether that is all that was missing.

Clients say: the same as for an issuer that is not accepted: OpenSSL "tlsv1 alert unknown ca", nginx "400 The SSL
certificate error"; Java sends none at all when its key store lacks the intermediate, because no issuer fits.
"""

from probe.case.case import Case
from probe.causes.identity import EXPLAINS, INCOMPLETE, finding
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The client does not send its intermediate certificate",
    owner=Owner.CLIENT,
    actions=("complete-client-chain",),
    references=("RFC 8446 section 4.4.2", "RFC 5246 section 7.4.6"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "unknown ca", a page that speaks of the certificate, or an empty reply.',
)


def judge(case: Case) -> Finding | None:
    """With the intermediate the server accepts it, or names an issuer to which only a known intermediate leads."""
    return finding(case, INCOMPLETE)
