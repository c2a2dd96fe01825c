"""The issuer of a certificate is found nowhere, and nothing tells why.

A certificate of the chain was issued by somebody whose certificate is neither among those sent, nor in the trust store,
nor at an address that the certificate names. Either the server forgot an intermediate, or the trust store lacks a root.
What was seen does not lean to either side.

Clients say: OpenSSL and curl "unable to get local issuer certificate", Java "PKIX path building failed", Go "x509:
certificate signed by unknown authority".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.chain.intermediate_missing import gap
from probe.causes.in_directory import explained
from probe.causes.objected import anchored, evidence
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Certainty, Effect, Finding, Owner

CAUSE = Cause(
    title="The issuer is found nowhere",
    owner=Owner.SERVER,
    actions=("find-issuer",),
    references=("RFC 5280 section 6.1",),
)
SHOWN_BY = openssl_says("unable to get local issuer certificate")


def judge(case: Case) -> Finding | None:
    """More than the server's own certificate was sent, none of them is its issuer, and no store and no URL has it."""
    met = tuple(one for one in case.refusing(Why.ISSUER_UNKNOWN) if one[0].at == 0 and not anchored(one[1]))
    met = tuple(one for one in met if not gap(case, one))
    if not met or len(case.presented) < 2:
        return None
    one, _, stacks = met[0]
    name = one.about.read.issuer.text if one.about.read.issuer else "the issuer"
    decide = f"The certificate of {name}, given with --trust, decides: if it signed itself it is a root, otherwise an intermediate."
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.POSSIBLE,
        summary=f"{name}, who issued the server's certificate, is neither among the {len(case.presented)} certificates sent nor in the trust store.",
        about=(one.about,),
        evidence=(*evidence(case, met), *explained(case, one.about)),
        stacks=case.stopped(stacks),
        alternatives=(
            ("chain.intermediate-missing", f"The server sends the wrong certificates instead of its issuer's. {decide}"),
            ("chain.root-untrusted", f"The issuer is a root that the trust store lacks. {decide}"),
        ),
        values=(("missing", name),),
    )
