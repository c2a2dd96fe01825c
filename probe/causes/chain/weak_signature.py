"""A certificate is signed with a hash that is no longer trusted, or not known everywhere.

MD5 and SHA-1 can be forged, so most clients refuse signatures made with them. Java accepts SHA-1 below a private root,
OpenSSL does not. Java does not accept SHA-3; SHA-224 it refuses in newer releases only.

Clients say: OpenSSL "CA signature digest algorithm too weak" (error 68), Java "Algorithm constraints check failed on
signature algorithm", Go "x509: cannot verify signature: insecure algorithm".
"""

from probe.case.case import Case
from probe.case.path import Objection, Why
from probe.case.signature import hash_name
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(title="A certificate is signed with a hash that clients refuse", owner=Owner.CA, actions=("reissue",), references=("RFC 9155", "RFC 6194"))
SHOWN_BY = openssl_says("signature digest algorithm too weak", options="{verify} -auth_level 2")


def judge(case: Case) -> Finding | None:
    """A signature below the root uses MD5, SHA-1 or another hash that a stack refuses or does not know."""
    return finding(case, Why.WEAK_SIGNATURE, say=lambda one, path: f"{which(path, one.at)} is signed with {_hash(one)}.")


def _hash(one: Objection) -> str:
    name = hash_name(one.about) or "an unknown hash"
    return f"{name}, which not every client knows" if name.startswith("SHA3-") else f"the outdated hash {name}"
