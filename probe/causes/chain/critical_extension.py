"""A certificate demands something that clients do not understand, or that the chain does not have.

An extension that is marked critical has to be understood; a client that does not know it must refuse the certificate.
Private extensions should never be critical. A CA can ask for a certificate policy in all that is below it
(policyConstraints); Java checks that, OpenSSL only when told to. Where the subject is empty, the subjectAltName has to
be critical; Java reads no other.

Clients say: OpenSSL "unhandled critical extension" (error 34), Java "unrecognized critical extension(s)", "non-null
policy tree required and policy tree is null" or "Failed to parse server certificates", Go "x509: unhandled critical
extension".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The extensions of a certificate stop clients",
    owner=Owner.CA,
    actions=("reissue",),
    references=("RFC 5280 section 4.2", "RFC 5280 section 4.2.1.11", "RFC 5280 section 4.1.2.6"),
)
SHOWN_BY = openssl_says("unhandled critical extension")
_WHAT = {
    Why.CRITICAL_EXTENSION: "has an extension that is marked critical and that clients do not know.",
    Why.POLICY: "lacks a certificate policy that a CA above it asks for.",
    Why.NO_SUBJECT: "has an empty subject and no subjectAltName that is marked critical.",
}


def judge(case: Case) -> Finding | None:
    """An extension is marked critical and no client can process it, a policy is asked for and not there, or an empty subject stands beside another fault."""
    return finding(case, Why.CRITICAL_EXTENSION, Why.POLICY, Why.NO_SUBJECT, say=lambda one, path: f"{which(path, one.at)} {_WHAT[one.why]}")
