"""A certificate may not be used for a TLS server.

The key usage or the extended key usage says what a certificate is for. The one of the server has to allow server
authentication; a CA above can narrow it too. Often a certificate for clients, for signing or for mail was installed by
mistake.

Clients say: OpenSSL "unsuitable certificate purpose" (error 26), Java "Extended key usage does not permit use for TLS
server authentication", "KeyUsage does not allow digital signatures" or "... key encipherment", Go "x509: certificate specifies an incompatible
key usage".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="A certificate is not made for this use", owner=Owner.CA, actions=("reissue",), references=("RFC 5280 section 4.2.1.3", "RFC 5280 section 4.2.1.12")
)
SHOWN_BY = openssl_says("unsuitable certificate purpose", "unsupported certificate purpose")


def judge(case: Case) -> Finding | None:
    """The extended key usage lacks server authentication, or the key usage lacks what the handshake needs."""
    return finding(case, Why.EKU, Why.KEY_USAGE, say=lambda one, path: f"{which(path, one.at)} is not made for a TLS server.")
