"""A certificate demands something that clients do not understand.

An extension that is marked critical has to be understood; a client that does not know it must refuse the certificate.
Private extensions should never be critical.

Clients say: OpenSSL "unhandled critical extension" (error 34), Java "unrecognized critical extension(s)", Go "x509:
unhandled critical extension".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="A certificate has a critical extension that clients do not know", owner=Owner.CA, actions=("reissue",), references=("RFC 5280 section 4.2",)
)
SHOWN_BY = openssl_says("unhandled critical extension")


def judge(case: Case) -> Finding | None:
    """An extension is marked critical and no client can process it."""
    return finding(
        case, Why.CRITICAL_EXTENSION, say=lambda one, path: f"{which(path, one.at)} has an extension that is marked critical and that clients do not know."
    )
