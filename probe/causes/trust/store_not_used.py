"""The program has a trust store of its own, and it lacks what others have.

A program that names its own trust store gets that one in place of the system's, not in addition. So a public server can
be refused although every browser on the same machine accepts it. In Java javax.net.ssl.trustStore replaces cacerts
altogether; if the file that it names is missing or cannot be read, Java says nothing and goes back to cacerts, which
then lacks the private root. Whether the other store would help was tried by judging again with it.

Clients say: what they say of any unknown authority: Java "PKIX path building failed", OpenSSL "unable to get local
issuer certificate", Node "UNABLE_TO_GET_ISSUER_CERT_LOCALLY".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.case.public import beside
from probe.causes.objected import anchored
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title
from probe.facts.trust import TrustStore

CAUSE = Cause(
    title="The trust store in use lacks a root that others have",
    owner=Owner.CLIENT,
    actions=("use-other-store", "install-root"),
    references=("RFC 5280 section 6.1.1", "https://docs.oracle.com/en/java/javase/17/security/java-secure-socket-extension-jsse-reference-guide.html"),
    explains=("chain.root-untrusted", "chain.issuer-unknown", "chain.intermediate-missing", "chain.self-signed"),
)
SHOWN_BY = openssl_says("unable to get local issuer certificate", "self-signed certificate in certificate chain", "self-signed certificate")
UNKNOWN = (Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.SELF_SIGNED)


def judge(case: Case) -> Finding | None:
    """Stacks refuse because no issuer is known, and with the compared stores trusted besides, they accept."""
    met = tuple(one for one in case.refusing(*UNKNOWN) if not anchored(one[1]))
    if not met or not case.store_size or not case.observation.compared:
        return None
    refused = {name for _, _, names in met for name in names}
    trusted = beside(case)
    accepting = tuple(one for one in trusted.verdicts if one.stack in refused and one.accepts and one.path)
    if not refused or {one.stack for one in accepting} != refused:
        return None
    path = accepting[0].path
    anchor = path.links[-1].certificate if path else None
    holders = tuple((number, one) for number, one in enumerate(case.observation.compared) if anchor in one.certificates)
    if anchor is None or not holders:
        return None
    held = " and ".join(_called(case, one) for _, one in holders)
    used = ", ".join(dict.fromkeys(one.path or one.source for one in case.observation.stores))
    stacks = tuple(sorted(refused))
    return Finding(
        effect=Effect.BREAKS,
        summary=f'The trust store in use ({used}) lacks "{title(anchor)}", which is in {held}. With that store the chain is accepted.',
        about=(anchor,),
        evidence=(
            *(Evidence(says=f'"{title(anchor)}" is in {one.path or one.source}.', at=f"/compared/{number}") for number, one in holders),
            *(
                Evidence(says=f"{one.path or one.source} holds {one.size} anchor{'s' if one.size != 1 else ''}, and none leads there.", at=case.pointer(one))
                for one in case.observation.stores
            ),
        ),
        stacks=case.stopped(stacks),
        alternatives=(("chain.root-untrusted", "If the program shall trust nothing but what it was given, that store needs this root."),),
        values=(("root", f'"{title(anchor)}"'), ("store", holders[0][1].path or holders[0][1].source)),
    )


def _called(case: Case, store: TrustStore) -> str:
    if store.source == "system":
        return f"the system's store ({store.path})"
    return "the list of public authorities" if store.source == case.target.public else store.path
