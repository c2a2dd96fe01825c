"""A CA in the chain may not have that many CAs below it.

A CA certificate can limit how many further CAs may follow (pathLenConstraint). The chain has more.

Clients say: OpenSSL "path length constraint exceeded" (error 25), Java "basic constraints check failed:
pathLenConstraint violated", Go "x509: too many intermediates for path length constraint".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(title="The chain is longer than a CA allows", owner=Owner.CA, actions=("reissue",), references=("RFC 5280 section 4.2.1.9",))
SHOWN_BY = openssl_says("path length constraint exceeded")


def judge(case: Case) -> Finding | None:
    """More CAs follow than a path length constraint allows."""
    return finding(case, Why.PATH_LENGTH, say=lambda one, path: f"{which(path, one.at)} allows fewer CAs below it than the chain has.")
