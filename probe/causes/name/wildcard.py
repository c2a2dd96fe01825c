"""A wildcard in the certificate does not cover this name.

A wildcard stands for exactly one label, and only for a whole one on the left: *.shop.example covers www.shop.example,
but neither shop.example itself nor a.b.shop.example. Partial wildcards (w*.shop.example) and wildcards further right
are accepted by few clients.

Clients say: the same as for any other name that does not fit: OpenSSL "hostname mismatch" (62), Java "No subject
alternative DNS name matching ... found".
"""

from probe.case.case import Case
from probe.causes.name import effect, near_wildcard, refusers
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="The wildcard does not cover this name",
    owner=Owner.SERVER,
    actions=("use-certificate-name", "reissue-with-name"),
    references=("RFC 9525 section 6.3", "RFC 6125 section 6.4.3"),
)
SHOWN_BY = openssl_says("hostname mismatch", options="{verify} {name}")


def judge(case: Case) -> Finding | None:
    """The nearest presented identifier is a wildcard that nearly fits."""
    check = case.names
    nearest = near_wildcard(check) if check else None
    if nearest is None:
        return None
    what = effect(case)
    return Finding(
        effect=what,
        summary=f"The certificate's wildcard {nearest.value} does not cover {case.target.name}: {nearest.why}.",
        about=case.presented[:1],
        evidence=(
            Evidence(says=f"Asked for {case.target.name}; the nearest name in the certificate is {nearest.value}.", at=case.pointer(case.chain_handshake)),
        ),
        stacks=case.stopped(refusers(case)) if what is Effect.BREAKS else (),
        values=(("good", nearest.value),),
    )
