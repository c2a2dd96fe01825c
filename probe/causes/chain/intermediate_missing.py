"""The server does not send an intermediate certificate that the client needs.

A client trusts a server by walking from its certificate up to a root that it already holds. The server has to send
every step in between: "each following certificate SHOULD directly certify the one immediately preceding it" (RFC 8446
section 4.4.2). Browsers hide this fault, because they fetch or remember intermediates. Most other clients do not, so
the site works by hand and fails from the application.

Clients say: OpenSSL and curl "unable to get local issuer certificate", Java "PKIX path building failed: ... unable to
find valid certification path to requested target", Node "UNABLE_TO_VERIFY_LEAF_SIGNATURE", Go "x509: certificate signed
by unknown authority".
"""

from probe.case.case import Case
from probe.case.path import Objection, Path, Why
from probe.causes.objected import Met, anchored, evidence, where
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import is_self_issued, title
from probe.facts.observation import Fetch, How, Local

CAUSE = Cause(
    title="An intermediate certificate is missing",
    owner=Owner.SERVER,
    actions=("send-full-chain",),
    references=("RFC 8446 section 4.4.2", "RFC 5280 section 6.1", "RFC 5280 section 4.2.2.1"),
)
SHOWN_BY = openssl_says("unable to get local issuer certificate")


def judge(case: Case) -> Finding | None:
    """Proven when a fetched certificate is needed on the path; likely when only the server's own certificate came and its issuer is nowhere."""
    proven = case.refusing(Why.NOT_PRESENTED)
    if proven:
        return _proven(case, proven)
    if not gap(case):
        return None
    likely = tuple(one for one in case.refusing(Why.ISSUER_UNKNOWN) if one[0].at == 0 and not anchored(one[1]) and not root_by_name(one[0]))
    if not likely:
        return None
    one, _, stacks = likely[0]
    issuer = one.about.read.issuer
    name = issuer.text if issuer else "its issuer"
    sent = "only its own certificate and a root" if len(case.presented) > 1 else "only its own certificate"
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY,
        summary=f"The server sends {sent}. Its issuer {name} is neither sent nor in the trust store.",
        about=(one.about,),
        evidence=(*evidence(case, likely), *_failed_fetches(case)),
        stacks=case.stopped(stacks),
        alternatives=(
            ("chain.root-untrusted", f"If {name} is itself a root, the trust store lacks it. The certificate of that issuer, given with --trust, decides."),
        ),
        values=(("missing", name),),
    )


def root_by_name(objection: Objection) -> bool:
    """Whether the issuer that is asked for calls itself a root."""
    issuer = objection.about.read.issuer
    return issuer is not None and any(short in ("CN", "OU") and "root" in value.lower().split() for short, value in issuer.attributes)


def gap(case: Case) -> bool:
    """Whether only the server's own certificate was sent, or besides only roots: then the step between them is what is missing."""
    return all(is_self_issued(one) for one in case.presented[1:])


def _proven(case: Case, met: tuple[Met, ...]) -> Finding:
    missing = tuple(dict.fromkeys(one.about for one, _, _ in met if not is_self_issued(one.about)))
    if not missing:
        missing = tuple(dict.fromkeys(one.about for one, _, _ in met))
    names = " and ".join(f'"{title(one)}"' for one in missing)
    stacks = tuple(dict.fromkeys(name for _, _, names in met for name in names))
    path: Path = met[0][1]
    count = len(case.presented)
    return Finding(
        effect=Effect.BREAKS,
        summary=f"The server does not send the intermediate certificate {names}.",
        about=missing,
        evidence=(
            Evidence(
                says=f"The server sent {count} certificate{'s' if count != 1 else ''}; {names} was not among them.", at=case.pointer(case.chain_handshake)
            ),
            *(
                Evidence(says=f'"{title(link.certificate)}" was found at {link.url}, and its key made the signature below it.', at=where(case, path, number))
                for number, link in enumerate(path.links)
                if link.certificate in missing
            ),
        ),
        stacks=case.stopped(stacks),
        values=(("missing", names),),
    )


def _failed_fetches(case: Case) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(says=f"The issuer's certificate could not be had from {one.url}: {_why(one)}.", at=case.pointer(one))
        for one in case.observation.fetches
        if one.ending.how is not How.DONE and one.purpose == "issuer"
    )


def _why(one: Fetch) -> str:
    if one.ending.local is Local.SCHEME:
        return "addresses of this kind are not followed"
    if one.ending.local is Local.PRIVATE_ADDRESS:
        return "it leads to an internal address (--fetch-private allows that)"
    status = one.hops[-1].status if one.hops else None
    if status is not None and status >= 400:
        return f"the answer was HTTP {status}"
    return f"{one.ending.local or one.ending.how}"
