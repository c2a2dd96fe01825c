"""The server's own certificate is self-signed and not trusted.

The certificate was signed with its own key, so no CA vouches for it. Devices, test systems and freshly installed
services come with such certificates. A client accepts one only when exactly this certificate is in its trust store.

Clients say: OpenSSL "self-signed certificate" (error 18), curl exit 60, Java "PKIX path building failed", Node
"DEPTH_ZERO_SELF_SIGNED_CERT".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.objected import finding
from probe.causes.shown import openssl_says
from probe.causes.unfiled import ACTION, softened
from probe.causes.words import Cause, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The server's certificate is self-signed",
    owner=Owner.SERVER,
    actions=("replace-self-signed",),
    instead=("show-real-certificate", ACTION),
    references=("RFC 5280 section 3.2", "RFC 5280 section 6.1"),
)
SHOWN_BY = openssl_says("self-signed certificate")


def judge(case: Case) -> Finding | None:
    """The end-entity certificate signed itself and no store holds it."""
    found = finding(
        case,
        Why.SELF_SIGNED,
        say=lambda one, _: f'The server\'s certificate "{title(one.about)}" is signed with its own key and is not in the trust store.',
        overlooked=None,
    )
    return softened(case, found) if found else None
