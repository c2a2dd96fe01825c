"""What a caller's certificate is worth: found from the certificates that it presented, with the trust that the user named for callers."""

from datetime import datetime

from probe.case.build import build
from probe.case.called import of_caller
from probe.case.case import Case
from probe.case.path import Path, Why
from probe.causes.words import Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, title
from probe.facts.observation import Call
from probe.facts.trust import TrustStore

BROKEN = (Why.ISSUER_REKEYED, Why.BAD_SIGNATURE)


def presented(case: Case, call: Call) -> tuple[Finding, ...]:
    """What a server that trusts the named authorities would have against the caller's certificate. Here it was let in all the same."""
    chain = of_caller(call)
    stores = case.observation.stores
    if not chain or not any(store.kind != "none" for store in stores):
        return ()
    at = case.pointer(call.handshake)
    own = chain[0]
    shown = Evidence(says=f'The caller presented {len(chain)} certificate{"s" if len(chain) != 1 else ""}, its own is "{title(own)}".', at=at)
    found = list(_dates(own, case.at, shown))
    if not any(_leads(path) for path in build(chain, _anchors(stores), ()).paths):
        issuer = own.read.issuer.text if own.read.issuer else "an issuer without a name"
        found.append(
            Finding(
                code="client.untrusted",
                effect=Effect.BREAKS,
                certainty=Certainty.PROVEN,
                summary=f'The caller\'s certificate "{title(own)}", issued by {issuer}, does not lead to an authority that --trust names. '
                "Here it was let in all the same; a server that demands such a certificate refuses it.",
                about=(own,),
                evidence=(shown,),
                owner=Owner.CLIENT,
                values=(("certificate", f'"{title(own)}"'),),
            )
        )
    return tuple(found)


def _anchors(stores: tuple[TrustStore, ...]) -> tuple[Certificate, ...]:
    return tuple(dict.fromkeys(one for store in stores for one in store.certificates))


def _leads(path: Path) -> bool:
    return any(link.anchor for link in path.links) and not any(one.why in BROKEN for one in path.objections)


def _dates(own: Certificate, at: datetime, shown: Evidence) -> tuple[Finding, ...]:
    begin, end = own.read.not_before, own.read.not_after
    code, says = "", ""
    if end and end < at:
        code, says = "client.expired", f'The caller\'s certificate "{title(own)}" expired on {end:%Y-%m-%d %H:%M} UTC.'
    elif begin and begin > at:
        code, says = "client.not-yet-valid", f'The caller\'s certificate "{title(own)}" is valid from {begin:%Y-%m-%d %H:%M} UTC on.'
    if not code:
        return ()
    values = (("certificate", f'"{title(own)}"'),)
    return (Finding(code=code, effect=Effect.BREAKS, summary=says, about=(own,), evidence=(shown,), owner=Owner.CLIENT, values=values),)
