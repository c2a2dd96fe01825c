"""A CA in the chain is not allowed to vouch for this name.

A CA certificate can carry name constraints: lists of permitted and excluded domains, addresses or directory names. A
name in the certificate lies outside. Java fails besides at a constraint that is the empty name.

Clients say: OpenSSL "permitted subtree violation" (error 47), Java "name constraints check failed", Go "x509: a root or
intermediate certificate is not authorized to sign for this name".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(title="A CA may not issue certificates for this name", owner=Owner.CA, actions=("reissue",), references=("RFC 5280 section 4.2.1.10",))
SHOWN_BY = openssl_says("permitted subtree violation", "excluded subtree violation", options="{verify} {name}")
_WHAT = {
    Why.NAME_CONSTRAINTS: "may not be used for this name: a CA above it excludes it.",
    Why.EMPTY_CONSTRAINT: "constrains DNS names with an empty name, which some clients cannot work with.",
}


def judge(case: Case) -> Finding | None:
    """A name of the certificate lies outside what a CA above it permits, or a constraint is one that a stack cannot work with."""
    return finding(case, Why.NAME_CONSTRAINTS, Why.EMPTY_CONSTRAINT, say=lambda one, path: f"{which(path, one.at)} {_WHAT[one.why]}")
