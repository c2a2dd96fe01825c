"""A certificate was issued by one that is not a CA certificate.

An issuer has to say in its basic constraints that it is a CA (CA:TRUE), and its key usage, if it has one, must allow
signing certificates. A home-made CA that left this out, or a certificate that was issued with the key of an ordinary
server certificate, are the usual reasons.

Clients say: OpenSSL "invalid CA certificate" (error 79), Java "basic constraints check failed: this is not a CA
certificate" or "TrustAnchor with subject ... is not a CA certificate", Node "INVALID_PURPOSE".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(title="An issuer is not a CA", owner=Owner.CA, actions=("reissue",), references=("RFC 5280 section 4.2.1.9", "RFC 5280 section 6.1.4"))
SHOWN_BY = openssl_says("invalid CA certificate")


def judge(case: Case) -> Finding | None:
    """An issuer on the path lacks CA:TRUE or the right to sign certificates."""
    return finding(
        case, Why.NOT_A_CA, Why.NO_CERT_SIGN, say=lambda one, path: f"{which(path, one.at)} was used to issue a certificate, but does not say that it is a CA."
    )
