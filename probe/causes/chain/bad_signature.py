"""A signature in the chain is wrong.

The certificate does not carry the signature that its issuer's key would have made: its content was changed, or the
signature was damaged. That does not happen by a wrong setting; a faulty tool, a broken file or a box that rewrites
certificates is the reason.

Clients say: OpenSSL "certificate signature failure" (error 7), Java "Signature does not match.", Node
"CERT_SIGNATURE_FAILURE", curl exit 35 with an ASN.1 or RSA error.
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding, which
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The signature of a certificate is wrong",
    owner=Owner.SERVER,
    actions=("replace-damaged",),
    references=("RFC 5280 section 6.1.3",),
    explains=("chain.root-untrusted", "chain.extra"),
)
SHOWN_BY = openssl_says("certificate signature failure")


def judge(case: Case) -> Finding | None:
    """The issuer's key is the right one and the signature does not verify."""
    return finding(
        case,
        Why.BAD_SIGNATURE,
        say=lambda one, path: f"{which(path, one.at)} carries a signature that its issuer's key did not make over this content.",
        overlooked=None,
    )
