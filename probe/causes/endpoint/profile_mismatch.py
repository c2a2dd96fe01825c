"""The endpoint is not as the profile of the system says.

A profile says more of a system than that its chain must be trusted: which versions and groups of TLS its clients have, which
names stand in the certificate, whether it comes from a public authority or never does, at which addresses it is. Where the
endpoint is otherwise, it may have changed, it may be another one, or the profile is out of date. TLS itself has nothing
against it, so that this is a risk; it breaks only where a client as the profile describes it was seen not to get through.

Clients say: mostly nothing; one with fewer groups "handshake failure", one with another trust store that the authority is
unknown.
"""

from probe.case.agreed import Deviation, deviations
from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner

CAUSE = Cause(
    title="The endpoint is not as the profile says",
    owner=Owner.SERVER,
    actions=("follow-profile",),
    references=("RFC 9525 section 6", "RFC 8446 section 4.2.7"),
)
GROUPS, ADDRESSES = "tls.groups", "addresses"


def shown_by(case: Case, _finding: Finding) -> Shown:
    """What the server sends and chooses, or where the name leads."""
    fields = {one.field for one in deviations(case)}
    if fields == {ADDRESSES}:
        return Shown(commands=("dig {dig} A", "dig {dig} AAAA"), shows="An address is printed that the profile does not list.")
    if fields == {GROUPS}:
        return Shown(commands=("openssl s_client -connect {peer} {sni} </dev/null",), shows='What stands after "Server Temp Key" is none of the groups.')
    return Shown(
        commands=("openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -ext subjectAltName",),
        shows="The names or the issuer of the certificate are not those that the profile names.",
    )


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | NotObserved | None:
    """Anything that the profile expects is not so; see ``probe.case.agreed``."""
    agreement = case.observation.agreement
    if agreement is None:
        return None
    found = deviations(case)
    if not found:
        return None if case.established else NotObserved(why="TLS did not get that far, so that what the profile expects was not compared.")
    stops = any(one.stops for one in found)
    facts = " ".join(one.fact for one in found)
    who = "A client as the profile describes it does not get through." if stops else "That is what the profile asks for; TLS itself has nothing against it."
    return Finding(
        effect=Effect.BREAKS if stops else Effect.RISKS,
        certainty=_certainty(found),
        summary=f"The endpoint is not as the profile {agreement.profile} says. {facts} {who}",
        about=tuple(dict.fromkeys(certificate for one in found for certificate in one.about)),
        evidence=tuple(Evidence(says=f"{one.fact} (profile: {one.field}{'' if one.verified else ', not verified'})", at=one.at) for one in found),
    )


def _certainty(found: tuple[Deviation, ...]) -> Certainty:
    """What a profile says is somebody's word: it is proven that the endpoint is otherwise, and likely at most that this matters."""
    return Certainty.LIKELY if any(one.verified for one in found) else Certainty.POSSIBLE
