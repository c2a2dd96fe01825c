"""A certificate is signed with a hash that is no longer trusted.

MD5 and SHA-1 can be forged, so most clients refuse signatures made with them. Java accepts SHA-1 below a private root,
OpenSSL does not.

Clients say: OpenSSL "CA signature digest algorithm too weak" (error 68), Java "Algorithm constraints check failed on
signature algorithm", Go "x509: cannot verify signature: insecure algorithm".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(title="A certificate is signed with an outdated hash", owner=Owner.CA, actions=("reissue",), references=("RFC 9155", "RFC 6194"))
SHOWN_BY = openssl_says("signature digest algorithm too weak", options="{verify} -auth_level 2")


def judge(case: Case) -> Finding | None:
    """A signature below the root uses MD5, SHA-1 or another hash that a stack refuses."""
    return finding(case, Why.WEAK_SIGNATURE, say=lambda one, path: f"{which(path, one.at)} is signed with an outdated hash.")
