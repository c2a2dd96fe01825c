"""The client certificate, or an intermediate above it, is revoked.

Only few servers look for it, with a list that their operator loads or by asking the authority. The old certificate is
often still in use after a renewal for which it was revoked. The server says so by an alert; with --revocation the probe
asks the authority itself, as it does for the server's certificate, because most servers have one page for all reasons.

Clients say: OpenSSL "alert certificate revoked" (44), Go "remote error: tls: revoked certificate", Java "Received fatal
alert: certificate_revoked"; nginx answers "400 The SSL certificate error" as for everything else.
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.revocation import Standing, identity_standings
from probe.case.status import Status
from probe.causes.identity import EXPLAINS, REJECTED, REVOKED, UNTRUSTED, finding, told
from probe.causes.revocation import BY_LIST, BY_OCSP, evidence, speaking
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Certainty, Effect, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The client certificate is revoked",
    owner=Owner.CLIENT,
    actions=("replace-client-certificate",),
    references=("RFC 8446 section 6.2", "RFC 5280 section 3.3", "RFC 6960 section 2.2"),
    explains=(*EXPLAINS, REJECTED, UNTRUSTED),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """What the server says; else the same question put to the authority by OpenSSL."""
    by_authority = _revoked(case)
    if not by_authority or (case.client.refusal and case.client.refusal.alert == SAID):
        return Shown(commands=(WITH_CLIENT,), shows='curl prints the alert "certificate revoked".')
    if speaking(by_authority[0], Status.REVOKED).source == "crl":
        return Shown(commands=(BY_LIST,), shows='OpenSSL reads the list and prints "certificate revoked".')
    return Shown(commands=(BY_OCSP,), shows='OpenSSL prints "certificate.pem: revoked".')


SHOWN_BY = shown_by
SAID = 44
"""The alert certificate_revoked."""


def judge(case: Case) -> Finding | None:
    """The server's alert says so, or its authority does."""
    found, known = finding(case, REVOKED), _revoked(case)
    if found is None:
        return _by_authority(case, known) if known else None
    return replace(found, evidence=(*found.evidence, *(one for standing in known for one in evidence(standing, Status.REVOKED))))


def _revoked(case: Case) -> tuple[Standing, ...]:
    return tuple(one for one in identity_standings(case) if one.status is Status.REVOKED)


def _by_authority(case: Case, known: tuple[Standing, ...]) -> Finding:
    effect, certainty, rest = _standing(case)
    return Finding(
        effect=effect,
        certainty=certainty,
        summary=f"{' '.join(_sentence(case, one) for one in known)} {rest}",
        about=tuple(one.certificate for one in known),
        evidence=tuple(one for standing in known for one in evidence(standing, Status.REVOKED)),
        values=(("certificate", f'"{title(known[0].certificate)}"'),),
    )


def _standing(case: Case) -> tuple[Effect, Certainty, str]:
    """What that does to the connection: a server need not look."""
    seen = case.client
    if seen.sent and seen.accepted:
        return Effect.RISKS, Certainty.PROVEN, "This server accepts it all the same: it does not look, or not often enough."
    if seen.sent and seen.refusal and (seen.accepted is False or seen.refusal.sure):
        return Effect.BREAKS, Certainty.LIKELY, f"The server refuses it and does not say for which reason ({told(seen.refusal)})."
    if not seen.requested and not seen.refusal:
        return Effect.NOTE, Certainty.PROVEN, "The server asked for none."
    return Effect.RISKS, Certainty.POSSIBLE, "Whether the server minds was not seen."


def _sentence(case: Case, one: Standing) -> str:
    word = speaking(one, Status.REVOKED).word
    when = f" on {word.revoked_at:%Y-%m-%d %H:%M} UTC" if word.revoked_at else ""
    why = f" ({word.reason})" if word.reason else ""
    own = case.client.identity.own if case.client.identity else None
    which = "The client certificate" if one.certificate == own else "The intermediate above the client certificate,"
    return f'{which} "{title(one.certificate)}" was revoked by "{title(one.issuer)}"{when}{why}.'
