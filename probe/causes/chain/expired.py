"""A certificate of the chain has expired.

Every certificate carries the time until which it may be used. It may be the server's own or one further up; the owner
of the server renews the first, and has to send the renewed intermediate in the second case. An expired certificate in
the trust store is another cause, trust.anchor-expired.

Clients say: OpenSSL and curl "certificate has expired" (error 10), Java "CertificateExpiredException: NotAfter: ...",
Node "CERT_HAS_EXPIRED", Go "x509: certificate has expired or is not yet valid".
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.path import Objection, Path, Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="A certificate has expired",
    owner=Owner.SERVER,
    actions=("renew-certificate",),
    instead=("replace-intermediate",),
    references=("RFC 5280 section 4.1.2.5", "RFC 5280 section 6.1.3"),
)
SHOWN_BY = openssl_says("certificate has expired")


def judge(case: Case) -> Finding | None:
    """A certificate below the anchor is past its notAfter."""

    def say(one: Objection, path: Path) -> str:
        end = one.about.read.not_after
        days = (case.at - end).days if end else 0
        moment = "the moment judged" if case.target.at else "this check"
        ago = f", {days} day{'s' if days != 1 else ''} before {moment}" if days else f", hours before {moment}"
        return f"{which(path, one.at)} expired on {end:%Y-%m-%d %H:%M} UTC{ago}." if end else f"{which(path, one.at)} has expired."

    found = finding(case, Why.EXPIRED, say=say, keep=lambda one, path: not path.links[one.at].anchor)
    return replace(found, actions=("replace-intermediate",)) if found and case.leaf not in found.about else found
