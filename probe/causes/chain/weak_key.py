"""A certificate has a key that is too short.

RSA keys under 2048 bits, and elliptic curves under 224 bits, are refused by many clients. Where the limit lies depends
on the client and on the policy of its operating system.

Clients say: OpenSSL "EE certificate key too weak" (66) or "CA certificate key too weak" (67), "ee key too small", Java
"Algorithm constraints check failed on keysize limits".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(title="A key is too short", owner=Owner.CA, actions=("reissue",), references=("RFC 9325 section 4.5",))
SHOWN_BY = openssl_says("certificate key too weak", options="{verify} -auth_level 2")


def judge(case: Case) -> Finding | None:
    """A key on the path is shorter than a stack accepts."""
    return finding(case, Why.WEAK_KEY, say=lambda one, path: f"{which(path, one.at)} has a key that is too short for some clients.")
