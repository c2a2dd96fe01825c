"""The chain ends in a root that the client does not trust.

Every step of the chain is there, but the last issuer is not in the trust store. This is the normal state of a private
CA whose root was never installed at the client, of a client that trusts nothing by default, or of an old trust store
without a new public root.

Clients say: OpenSSL and curl "self-signed certificate in certificate chain" or "unable to get local issuer
certificate", Java "PKIX path building failed: ... unable to find valid certification path to requested target", Go
"x509: certificate signed by unknown authority".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.chain.intermediate_missing import gap, root_by_name
from probe.causes.objected import Met, anchored, evidence
from probe.causes.shown import openssl_says
from probe.causes.unfiled import ACTION, softened
from probe.causes.words import Cause, Certainty, Effect, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The root is not in the trust store",
    owner=Owner.CLIENT,
    actions=("install-root",),
    instead=(ACTION,),
    references=("RFC 5280 section 6.1.1", "RFC 8446 section 4.4.2"),
)
SHOWN_BY = openssl_says("self-signed certificate in certificate chain", "unable to get local issuer certificate")


def judge(case: Case) -> Finding | None:
    """Proven when the root itself was seen; likely when a longer chain, or one whose issuer calls itself a root, ends at an issuer that is nowhere."""
    met = tuple(one for one in case.refusing(Why.NOT_TRUSTED) if not anchored(one[1]))
    if met:
        about = met[0][0].about
        return _finding(case, met, Certainty.PROVEN, f'The chain ends in the root "{title(about)}", which the trust store does not hold.', f'"{title(about)}"')
    met = tuple(
        one
        for one in case.refusing(Why.ISSUER_UNKNOWN)
        if not anchored(one[1]) and ((one[0].at > 0 and not gap(case, one)) or (len(case.presented) == 1 and root_by_name(one[0])))
    )
    if not met:
        return None
    issuer = met[0][0].about.read.issuer
    name = issuer.text if issuer else "the issuer"
    return _finding(case, met, Certainty.LIKELY, f"The chain leads to {name}, which the trust store does not hold.", name)


def _finding(case: Case, met: tuple[Met, ...], certainty: Certainty, summary: str, root: str) -> Finding:
    alternatives = (
        ()
        if certainty is Certainty.PROVEN
        else (
            (
                "chain.intermediate-missing",
                f"If {root} is not a root, the server has to send one more certificate. The certificate of {root}, given with --trust, decides.",
            ),
        )
    )
    found = Finding(
        effect=Effect.BREAKS,
        certainty=certainty,
        summary=summary,
        about=(met[0][0].about,),
        evidence=evidence(case, met),
        stacks=case.stopped(tuple(dict.fromkeys(name for _, _, names in met for name in names))),
        alternatives=alternatives,
        values=(("root", root),),
    )
    return softened(case, found)
