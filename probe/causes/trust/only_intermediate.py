"""Only an intermediate is in the trust store, and the client wants the root.

OpenSSL, Python before 3.13 and Node walk on until they reach a self-signed root in their store; an intermediate alone
is not enough. Java, Go, GnuTLS and curl stop at any certificate that they hold. So the same store works for one program
and fails for another.

Clients say: OpenSSL "unable to get issuer certificate" (error 2), Node "UNABLE_TO_GET_ISSUER_CERT"; Java, Go and curl
nothing.
"""

from probe.case.case import Case
from probe.case.path import Path, Why
from probe.causes.objected import evidence
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import is_self_issued, title

CAUSE = Cause(
    title="Only an intermediate is trusted, the root is not",
    owner=Owner.CLIENT,
    actions=("install-root-beside",),
    references=("RFC 5280 section 6.1.1",),
    explains=("chain.root-untrusted", "chain.issuer-unknown", "chain.intermediate-missing"),
)
SHOWN_BY = openssl_says("unable to get issuer certificate")


def judge(case: Case) -> Finding | None:
    """A stack refuses a path that does not end in the store although a certificate of it is there."""
    met = tuple(
        one
        for one in case.refusing(Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.NOT_PRESENTED)
        if any(link.anchor and not is_self_issued(link.certificate) for link in one[1].links[: one[0].at + 1])
    )
    if not met:
        return None
    path = met[0][1]
    held = next(link.certificate for link in path.links if link.anchor)
    issuer = held.read.issuer
    stacks = tuple(dict.fromkeys(name for _, _, names in met for name in names))
    if held == case.leaf:
        summary = f'The trust store holds the server\'s own certificate "{title(held)}"; these clients want the root above it.'
        root = issuer_root(path, issuer.text if issuer else "the root above it")
    else:
        summary = f'The trust store holds "{title(held)}", but not the root above it.'
        root = issuer.text if issuer else "the root above it"
    return Finding(
        effect=Effect.BREAKS,
        summary=summary,
        about=(held,),
        evidence=(Evidence(says=f'"{title(held)}" is in the trust store and is not self-signed.', at=case.where(held)), *evidence(case, met)),
        stacks=case.stopped(stacks),
        values=(("root", root),),
    )


def issuer_root(path: Path, otherwise: str) -> str:
    """The name of the root at which the path really ends, as far as it is known."""
    top = path.links[-1].certificate.read
    return top.issuer.text if top.issuer else otherwise
