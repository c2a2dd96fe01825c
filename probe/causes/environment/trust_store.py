"""The trust store holds the authorities of another environment.

Test and production of one system often have authorities of their own. With those of the other one in its store, a client
trusts nothing of this one, whatever the server sends. The marks in the profile, best learned from the files that the
system's operator handed out, tell the authorities apart.

Clients say: what they say of any unknown authority: Java "PKIX path building failed", OpenSSL "unable to get local issuer
certificate" or "self-signed certificate in certificate chain".
"""

from probe.case.case import Case
from probe.case.environments import of_server, of_stores, titled
from probe.case.path import Why
from probe.causes.environment import evidence, named
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Certainty, Effect, Finding, Owner

CAUSE = Cause(
    title="The trust store is that of another environment",
    owner=Owner.CLIENT,
    actions=("use-environment-trust",),
    references=("RFC 5280 section 6.1.1",),
    explains=(
        "chain.root-untrusted",
        "chain.issuer-unknown",
        "chain.intermediate-missing",
        "chain.self-signed",
        "trust.store-not-used",
        "chain.issuer-rekeyed",
    ),
)
SHOWN_BY = openssl_says("unable to get local issuer certificate", "self-signed certificate in certificate chain", "self-signed certificate")
UNKNOWN = (Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.SELF_SIGNED, Why.ISSUER_REKEYED)


def judge(case: Case) -> Finding | None:
    """The stores hold marked authorities of another environment and none of this one, and the chain does not end in them."""
    seen = case.observation
    met = of_stores(seen.agreement, seen.stores)
    if met is None or met.contradicted or case.chain_accepted:
        return None
    if case.presented and (not case.refusing(*UNKNOWN) or of_server(seen.agreement, case.presented)):
        return None
    stores = ", ".join(dict.fromkeys(one.path or one.source for one in seen.stores))
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if case.presented and met.verified else Certainty.LIKELY,
        summary=f"The trust store in use ({stores}) is for {titled(met.met)}: it holds {named(met)}. Meant is {titled(met.meant)} (--env {met.meant.name}).",
        about=tuple(dict.fromkeys(one.certificate for one in met.hits if one.certificate)),
        evidence=evidence(met, "/stores/0"),
        stacks=case.stopped(tuple(sorted({name for _, _, names in case.refusing(*UNKNOWN) for name in names}))) if case.presented else (),
        values=(("good", titled(met.meant)), ("store", stores)),
    )
