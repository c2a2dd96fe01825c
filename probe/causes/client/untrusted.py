"""The server does not accept the issuer of the client certificate.

In mutual TLS the server checks the client's certificate as a client checks the server's: it must lead to an authority
that the server was told to trust. Most servers name those authorities when they ask for a certificate. A certificate
from elsewhere, such as one of the test environment, of another authority, or one that signed itself, is refused: by the
alert unknown_ca, by nginx with the page "400 The SSL certificate error", by others without a word. A server that merely
asks for a certificate does without one, and refuses one that it does not trust all the same.

Clients say: OpenSSL "tlsv1 alert unknown ca" (48), Java "Received fatal alert: certificate_unknown" or "Broken pipe", Go
"remote error: tls: unknown certificate authority", curl "400 The SSL certificate error". Java, Go, GnuTLS and NSS send
no certificate when the server names other issuers, and then say what they say without one.
"""

from probe.case.case import Case
from probe.causes.identity import EXPLAINS, UNTRUSTED, finding
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The server does not accept the issuer of the client certificate",
    owner=Owner.SERVER,
    actions=("accept-client-issuer", "use-accepted-certificate"),
    instead=("send-no-certificate", "allow-client-depth"),
    references=("RFC 8446 section 4.3.2", "RFC 8446 section 6.2", "RFC 5246 section 7.4.4"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "unknown ca", a page that speaks of the certificate, or an empty reply.',
)


def judge(case: Case) -> Finding | None:
    """The server says so, or refuses without a word and names other issuers."""
    return finding(case, UNTRUSTED)
