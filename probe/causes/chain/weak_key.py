"""A certificate has a key that is too short, or of a kind that not every client knows.

RSA keys under 2048 bits, and elliptic curves under 224 bits, are refused by many clients. Where the limit lies depends
on the client and on the policy of its operating system. Java knows the curves P-256, P-384 and P-521 only.

Clients say: OpenSSL "EE certificate key too weak" (66) or "CA certificate key too weak" (67), "ee key too small", Java
"Algorithm constraints check failed on keysize limits" or "Curve not supported".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(title="A key is too short or unusual", owner=Owner.CA, actions=("reissue",), references=("RFC 9325 section 4.5",))
SHOWN_BY = openssl_says("certificate key too weak", options="{verify} -auth_level 2")
_WHAT = {Why.WEAK_KEY: "that is too short for some clients.", Why.CURVE: "on a curve that some clients do not know."}


def judge(case: Case) -> Finding | None:
    """A key on the path is shorter than a stack accepts, or on a curve that it does not know."""
    return finding(case, Why.WEAK_KEY, Why.CURVE, say=lambda one, path: f"{which(path, one.at)} has a key {_WHAT[one.why]}")
