"""The trusted root itself has expired, or is not valid yet.

The certificate in the trust store is past its end. OpenSSL, curl, Python, Node, Go and GnuTLS then refuse everything
below it; Java never looks at the dates of an anchor. So an old store goes on working in one program and fails in
another on the same day.

Clients say: OpenSSL "certificate has expired" (error 10 with the depth of the root), curl exit 60; Java nothing.
"""

from probe.case.case import Case
from probe.case.path import Objection, Path, Why
from probe.causes.objected import finding
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Effect, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="A trusted certificate has expired", owner=Owner.CLIENT, actions=("replace-anchor",), references=("RFC 5280 section 6.1.1", "RFC 4158 section 3.5.10")
)
SHOWN_BY = openssl_says("certificate has expired")


def judge(case: Case) -> Finding | None:
    """The objection to the dates is about a certificate of the trust store."""

    def say(one: Objection, _: Path) -> str:
        read = one.about.read
        if one.why is Why.EXPIRED and read.not_after:
            return f'"{title(one.about)}" in the trust store expired on {read.not_after:%Y-%m-%d}.'
        return (
            f'"{title(one.about)}" in the trust store is valid only from {read.not_before:%Y-%m-%d} on.'
            if read.not_before
            else f'"{title(one.about)}" in the trust store is not valid yet.'
        )

    return finding(case, Why.EXPIRED, Why.NOT_YET_VALID, say=say, keep=lambda one, path: path.links[one.at].anchor, overlooked=Effect.RISKS)
