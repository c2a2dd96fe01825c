"""What stands against the client certificate by itself, and what that does to the connection: the part that its causes share.

What is outside of its dates is not sent. Where the server asks for one, a program that does send it is likely refused, which was not tried.
"""

from probe.case.case import Case
from probe.case.client_auth import BY_TIME, ClientAuth, Said
from probe.case.identity import Flaw, Found, examine
from probe.causes.identity import evidence, finding, told
from probe.causes.words import Certainty, Effect, Finding
from probe.facts.certificate import Certificate, title


def flawed(case: Case, *flaws: Flaw) -> Finding | None:
    """The finding about what stands against the certificate by itself: it breaks where the server refuses for it, or would."""
    seen = case.client
    found = tuple(one for one in seen.flaws if one.flaw in flaws)
    own = seen.identity.own if seen.identity else None
    if own is None:
        return None
    if not found:
        return _not_tried(case, own, flaws)
    code = f"client.{flaws[0].value}"
    if reported := finding(case, code):
        return reported
    facts = " ".join(one.fact for one in found)
    effect, certainty, rest = _standing(case, found)
    return Finding(
        effect=effect,
        certainty=certainty,
        summary=f"{facts} {rest}",
        about=tuple(dict.fromkeys(one.about for one in found)),
        evidence=evidence(case),
        values=(("certificate", f'"{title(found[0].about)}"'),),
    )


def _not_tried(case: Case, own: Certificate, flaws: tuple[Flaw, ...]) -> Finding | None:
    """The certificate was not sent because of its dates on the day of the check; on the day that is judged they are in order."""
    seen = case.client
    today = tuple(one for one in seen.withheld if one.flaw in flaws)
    if not today or any(one.flaw in BY_TIME and one.about == own for one in seen.flaws):
        return None
    open_ = seen.requested or (seen.refusal is not None and seen.refusal.said is not Said.STATUS)
    facts = " ".join(one.fact for one in today)
    tried = "Whether the server accepts it then could not be tried: --send-anyway presents it all the same." if open_ else "The server asked for none."
    return Finding(
        effect=Effect.BREAKS if open_ else Effect.NOTE,
        certainty=Certainty.POSSIBLE if open_ else Certainty.PROVEN,
        summary=f"{facts} It was therefore not sent when the server was looked at. At the moment that is judged, {case.at:%Y-%m-%d %H:%M} UTC, it is "
        f"within its dates. {tried}",
        about=(own,),
        evidence=evidence(case),
        values=(("certificate", f'"{title(own)}"'),),
    )


def _standing(case: Case, found: tuple[Found, ...]) -> tuple[Effect, Certainty, str]:
    """What a flaw does to a connection that the server did not refuse because of it."""
    seen = case.client
    if seen.held_back:
        if not seen.requested and not seen.refusal:
            return Effect.NOTE, Certainty.PROVEN, "The server asked for none."
        if seen.serving not in found and not any(one.flaw in (*BY_TIME, Flaw.MISFIT) and one.about == seen.flaws[0].about for one in found):
            return Effect.RISKS, Certainty.POSSIBLE, "The certificate was not sent for another reason; this would be the next."
        if seen.refusal and (seen.refusal.said is not Said.STATUS or not seen.requested):
            certainty = Certainty.POSSIBLE if seen.refusal.said is Said.STATUS else Certainty.LIKELY
            effect = Effect.RISKS if certainty is Certainty.POSSIBLE else Effect.BREAKS
            return effect, certainty, f"It was therefore not sent, and without one the server refuses ({told(seen.refusal)})."
        return Effect.BREAKS, Certainty.LIKELY, f"It was therefore not sent. {_wanting(seen)}"
    if not seen.requested or not seen.sent:
        return Effect.NOTE, Certainty.PROVEN, "The server asked for none."
    if seen.accepted is not False and seen.identity and case.at != case.observation.taken_at:
        before = {(one.flaw, one.about) for one in examine(seen.identity, case.observation.taken_at)}
        if any(one.flaw in BY_TIME and (one.flaw, one.about) not in before for one in found):
            then = "the server accepted it" if seen.accepted else "the server did not refuse it"
            return Effect.BREAKS, Certainty.LIKELY, f"When it was looked at, {then}; at the moment that is judged it would not."
    if seen.accepted:
        # Many servers check less than they should; what works is not called broken.
        effect = Effect.RISKS if any(one.flaw in BY_TIME for one in found) else Effect.NOTE
        return effect, Certainty.PROVEN, "This server accepts it all the same."
    return Effect.RISKS, Certainty.POSSIBLE, "Whether the server minds was not seen."


def _wanting(seen: ClientAuth) -> str:
    """What is known of a server that asked for a certificate which was not sent."""
    went = f"answers {told(seen.refusal)} without one" if seen.refusal else "goes on without one"
    most = "the profile says that such a one is refused" if seen.serving else "most servers refuse one that is not valid"
    return f"The server asks for one and {went}; {most}. What this one does was not tried: --send-anyway presents it."
