"""A certificate of the chain is not valid yet.

The time from which the certificate may be used has not come. Either it was installed too early, or the clock of this
machine is behind.

Clients say: OpenSSL "certificate is not yet valid" (error 9), Java "CertificateNotYetValidException: NotBefore: ...",
Node "CERT_NOT_YET_VALID".
"""

from probe.case.case import Case
from probe.case.path import Objection, Path, Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="A certificate is not valid yet",
    owner=Owner.SERVER,
    actions=("install-when-valid",),
    references=("RFC 5280 section 4.1.2.5", "RFC 5280 section 6.1.3"),
)
SHOWN_BY = openssl_says("certificate is not yet valid")


def judge(case: Case) -> Finding | None:
    """A certificate below the anchor is before its notBefore."""

    def say(one: Objection, path: Path) -> str:
        begin = one.about.read.not_before
        return f"{which(path, one.at)} is valid only from {begin:%Y-%m-%d %H:%M} UTC on." if begin else f"{which(path, one.at)} is not valid yet."

    return finding(case, Why.NOT_YET_VALID, say=say, keep=lambda one, path: not path.links[one.at].anchor)
