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
from probe.causes.in_directory import explained, only_there
from probe.causes.objected import Met, anchored, evidence, where
from probe.causes.shown import openssl_says
from probe.causes.unfiled import ACTION, by_hand, softened
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.observation import Fetch, How, Local

CAUSE = Cause(
    title="An intermediate certificate is missing",
    owner=Owner.SERVER,
    actions=("send-full-chain",),
    instead=(ACTION, "hand-over-issuer"),
    references=("RFC 8446 section 4.4.2", "RFC 5280 section 6.1", "RFC 5280 section 4.2.2.1"),
)
SHOWN_BY = openssl_says("unable to get local issuer certificate")
MISFIT = (Why.ISSUER_REKEYED, Why.BAD_SIGNATURE)


def judge(case: Case) -> Finding | None:
    """Proven when a fetched certificate is needed on the path and fits; likely when what was sent has a gap that nothing fills."""
    fitting = tuple(one for one in case.refusing(Why.NOT_PRESENTED) if _fits(one))
    if fitting:
        return _found(case, fitting)
    likely = tuple(one for one in case.refusing(Why.ISSUER_UNKNOWN) if gap(case, one) and not anchored(one[1]) and not root_by_name(one[0]))
    if not likely:
        return None
    one, _, stacks = likely[0]
    issuer = one.about.read.issuer
    name = issuer.text if issuer else "its issuer"
    sent = "only its own certificate" if len(case.presented) == 1 else f"{len(case.presented)} certificates with a gap between them"
    found = Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY,
        summary=f'The server sends {sent}. The issuer {name} of "{title(one.about)}" is neither sent nor in the trust store.',
        about=(one.about,),
        evidence=(*evidence(case, likely), *explained(case, one.about), *_failed_fetches(case), *_useless(case, one.about)),
        stacks=case.stopped(stacks),
        alternatives=(
            ("chain.root-untrusted", f"If {name} is itself a root, the trust store lacks it. The certificate of that issuer, given with --trust, decides."),
        ),
        values=(("missing", name),),
        actions=("send-full-chain", "hand-over-issuer") if only_there(one.about) else (),
    )
    # Where the authority that is meant was named, the gap below it is the fault.
    return found if by_hand(case) else softened(case, found)


def root_by_name(objection: Objection) -> bool:
    """Whether the issuer that is asked for calls itself a root."""
    issuer = objection.about.read.issuer
    return issuer is not None and any(short in ("CN", "OU") and "root" in value.lower().split() for short, value in issuer.attributes)


def gap(case: Case, met: Met) -> bool:
    """Whether what was sent shows a step that is missing: just the server's own certificate, or besides only what stands above the open end."""
    objection, path, _ = met
    on_path = {link.certificate for link in path.links}
    others = [one for one in case.presented if one not in on_path]
    if objection.at == 0 and all(is_self_issued(one) for one in others):
        return True
    return any(_leads_to_anchor(case, one) for one in others)


def _leads_to_anchor(case: Case, one: Certificate) -> bool:
    """Whether a CA certificate that was sent beside the path is, or was issued by name by, what the trust store holds."""
    anchors = {anchor.read.subject.key for anchor in case.anchors if anchor.read.subject}
    issuer = one.read.issuer
    return one.read.is_ca is True and (one in case.anchors or (issuer is not None and issuer.key in anchors))


def _fits(met: Met) -> bool:
    """Whether the fetched certificate has the key that made the signature below it."""
    objection, path, _ = met
    return not any(one.at == objection.at - 1 and one.why in MISFIT for one in path.objections)


def _found(case: Case, met: tuple[Met, ...]) -> Finding:
    missing = tuple(dict.fromkeys(one.about for one, _, _ in met if not is_self_issued(one.about)))
    if not missing:
        missing = tuple(dict.fromkeys(one.about for one, _, _ in met))
    complete = all(any(link.anchor for link in path.links) or is_self_issued(path.links[-1].certificate) for _, path, _ in met)
    names = " and ".join(f'"{title(one)}"' for one in missing)
    stacks = tuple(dict.fromkeys(name for _, _, names in met for name in names))
    path: Path = met[0][1]
    count = len(case.presented)
    were = "was" if len(missing) == 1 else "were"
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if complete else Certainty.LIKELY,
        summary=f"The server does not send the intermediate certificate{'s' if len(missing) > 1 else ''} {names}.",
        about=missing,
        evidence=(
            Evidence(says=f"The server sent {_counted(count)}; {names} {were} not among them.", at=case.pointer(case.chain_handshake)),
            *(
                Evidence(says=f'"{title(link.certificate)}" was found at {link.url}, and its key made the signature below it.', at=where(case, path, number))
                for number, link in enumerate(path.links)
                if link.certificate in missing
            ),
        ),
        stacks=case.stopped(stacks),
        values=(("missing", names),),
    )


def _counted(count: int) -> str:
    return f"{count} certificate{'s' if count != 1 else ''}"


def _failed_fetches(case: Case) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(says=f"The issuer's certificate could not be had from {one.url}: {_why(one)}.", at=case.pointer(one))
        for one in case.observation.fetches
        if one.ending.how is not How.DONE and one.purpose == "issuer" and not one.url.lower().startswith("ldap")
    )


def _useless(case: Case, about: Certificate) -> tuple[Evidence, ...]:
    """What was fetched has the issuer's name and not its key."""
    issuer = about.read.issuer
    return tuple(
        Evidence(says=f"The certificate found at {url} has the issuer's name, but its key did not make the signature.", at=case.where(one))
        for url, one in case.fetched
        if issuer and one.read.subject and one.read.subject.key == issuer.key
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
