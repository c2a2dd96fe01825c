"""What a caller's certificate is worth: found from the certificates that it presented, with the trust that the user named for callers."""

from probe.case.build import build
from probe.case.called import of_caller
from probe.case.case import Case
from probe.case.identity import Flaw, climb, examine
from probe.case.identity import Found as Flawed
from probe.case.path import Path, Why
from probe.causes.words import Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.identity import Identity
from probe.facts.observation import Call
from probe.facts.trust import TrustStore

BROKEN = (Why.ISSUER_REKEYED, Why.BAD_SIGNATURE)
_DATES = (Flaw.EXPIRED, Flaw.NOT_YET_VALID)
LET_IN = "Here it was let in all the same; a server that demands such a certificate refuses it."


def presented(case: Case, call: Call) -> tuple[Finding, ...]:
    """What a server that trusts the named authorities would have against the caller's certificate. Here it was let in all the same."""
    chain = of_caller(call)
    if not chain:
        return ()
    stores = case.observation.stores
    trusting = any(store.kind != "none" for store in stores)
    own = chain[0]
    says = f'The caller presented {len(chain)} certificate{"s" if len(chain) != 1 else ""}, its own is "{title(own)}".'
    shown = Evidence(says=says, at=case.pointer(call.handshake))
    found = _flaws(case, chain, trusting, shown)
    if trusting and not any(_leads(path) for path in build(chain, _anchors(stores), ()).paths):
        found.append(_astray(case, chain, shown))
    return tuple(found)


def _astray(case: Case, chain: tuple[Certificate, ...], shown: Evidence) -> Finding:
    """No way leads from what the caller sent to an authority that it is to come from: it sent too little, or it comes from elsewhere."""
    own, stores = chain[0], case.observation.stores
    identity = Identity(source="", certificates=chain)
    served = case.observation.served.certificates if case.observation.served else ()
    known = tuple(dict.fromkeys((*served, *_anchors(stores), *(one for store in case.observation.compared for one in store.certificates))))
    up = climb(identity, known)
    issuer = _issuer(up.sent[-1])
    lacking = tuple(one for one in up.beyond if not is_self_issued(one))
    values = (("certificate", f'"{title(own)}"'), ("root", "the authorities that --trust names"))
    if lacking and any(_leads(path) for path in build((*chain, *lacking), _anchors(stores), ()).paths):
        names = " and ".join(f'"{title(one)}"' for one in lacking)
        return Finding(
            code="client.chain-incomplete",
            effect=Effect.BREAKS,
            certainty=Certainty.PROVEN,
            summary=f'The caller sends its certificate "{title(own)}" without the intermediate {names}, which leads to an authority '
            f"that --trust names. {LET_IN}",
            about=lacking,
            evidence=(shown,),
            owner=Owner.CLIENT,
            values=values,
        )
    elsewhere = f'The caller\'s certificate "{title(own)}", issued by {_issuer(own)}, does not lead to an authority that --trust names. {LET_IN}'
    if len(up.sent) == 1 and not is_self_issued(own):
        return Finding(
            code="client.chain-incomplete",
            effect=Effect.BREAKS,
            certainty=Certainty.LIKELY,
            summary=f'The caller sends only its own certificate "{title(own)}". Its issuer {issuer} is neither sent nor '
            f"among the authorities that --trust names. {LET_IN}",
            about=(own,),
            evidence=(shown,),
            owner=Owner.CLIENT,
            alternatives=(("client.untrusted", f"If {issuer} does not come from an authority that --trust names, the certificate is one from elsewhere."),),
            values=values,
        )
    return Finding(
        code="client.untrusted",
        effect=Effect.BREAKS,
        # A chain with an open end may lack one more certificate.
        certainty=Certainty.PROVEN if up.complete else Certainty.LIKELY,
        summary=elsewhere,
        about=(own,),
        evidence=(shown,),
        alternatives=()
        if up.complete
        else (("client.chain-incomplete", f"If {issuer} comes from an authority that --trust names, the caller has to send one more certificate."),),
        owner=Owner.CLIENT,
        values=values,
    )


def _issuer(one: Certificate) -> str:
    return one.read.issuer.text if one.read.issuer else "an issuer without a name"


def _anchors(stores: tuple[TrustStore, ...]) -> tuple[Certificate, ...]:
    return tuple(dict.fromkeys(one for store in stores for one in store.certificates))


def _leads(path: Path) -> bool:
    return any(link.anchor for link in path.links) and not any(one.why in BROKEN for one in path.objections)


def _flaws(case: Case, chain: tuple[Certificate, ...], trusting: bool, shown: Evidence) -> list[Finding]:
    """What stands against the caller's certificate by itself, by the rules for a client's own; which of it a server looks at, only that server knows."""
    flaws = examine(Identity(source="", certificates=chain), case.at)
    return [_flaw(tuple(one for one in flaws if one.flaw is kind), trusting, shown) for kind in dict.fromkeys(one.flaw for one in flaws)]


def _flaw(found: tuple[Flawed, ...], trusting: bool, shown: Evidence) -> Finding:
    first = found[0]
    # Whoever names no authorities may not want the certificate to be judged at all.
    broken = trusting and first.flaw in _DATES
    rest = "" if broken else " Here it was let in all the same; real servers such as nginx and HAProxy refuse it." if first.firm else " Some servers refuse it."
    return Finding(
        code=f"client.{first.flaw.value}",
        effect=Effect.BREAKS if broken else Effect.RISKS,
        summary="The caller's certificate: " + " ".join(one.fact for one in found) + rest,
        about=tuple(dict.fromkeys(one.about for one in found)),
        evidence=(shown,),
        owner=Owner.CLIENT,
        values=(("certificate", f'"{title(first.about)}"'),),
    )
