"""The endpoint demands a certificate of callers that cannot give one.

Some callers never present a certificate: browsers of customers, or a partner's system that is not built for it. With
--client-auth forbidden the probe speaks for such a caller. A server that merely asks is no fault: it goes on without. But
an optional request refuses a certificate that it does not trust all the same, so that a caller that does present one, of
another authority, fails where one without gets through. Where a profile says which system calls, its authorities are held
against those that the server names.

Clients say: whatever they say without a certificate: "alert certificate required", "400 No required SSL certificate was
sent", or the end of the connection.
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.controllers import is_controller
from probe.case.expected_callers import Callers, callers
from probe.causes.client.required import FORBIDDEN, demanded
from probe.causes.identity import EXPLAINS, of_whom
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The server demands a certificate of a caller that cannot give one",
    owner=Owner.SERVER,
    actions=("stop-asking-clients",),
    instead=("name-caller-issuer",),
    references=("RFC 8446 section 4.3.2", "RFC 5246 section 7.4.4"),
    explains=tuple(code for code in EXPLAINS if code.startswith(("tls.", "app."))),
)
SHOWN_BY = Shown(
    commands=("curl -gksSiv --max-time 10 {url}",),
    shows='curl prints an alert of the server, such as "certificate required" or "handshake failure", or a page that says so.',
)

SHOWN = 3
"""Authorities that a sentence names."""


def judge(case: Case) -> Finding | None:
    """The caller cannot present a certificate, and the server refuses without one, or asks for one of other authorities than the caller's."""
    if case.target.client_auth != FORBIDDEN:
        return None
    seen = case.client
    if found := demanded(case):
        return _demanded(case, found)
    if not seen.requested or seen.handshake is None or is_controller(case):
        return None
    went = (
        "and finishes the handshake without one; whether it insists on one was not seen, because nothing was asked after the handshake."
        if seen.unheard
        else "and goes on without one: no fault for a caller that has none."
    )
    whose = callers(case) if _calls_us(case) else Callers()
    foreign = bool(seen.issuers) and whose.comparable and not whose.accepted
    return Finding(
        effect=Effect.RISKS if foreign else Effect.NOTE,
        certainty=(Certainty.LIKELY if whose.sure or whose.marked else Certainty.POSSIBLE) if foreign else Certainty.PROVEN,
        summary=f"The server asks for a client certificate, {of_whom(seen.issuers)}, {went} {_compared(case, whose)}",
        about=whose.known[:SHOWN] if foreign else (),
        evidence=(
            Evidence(says="The server asked for a client certificate and went on without.", at=case.pointer(seen.handshake)),
            *((Evidence(says=f"Of the caller's authorities are known: {_named(whose)}.", at="/stores"),) if foreign else ()),
        ),
        actions=("name-caller-issuer", "stop-asking-clients") if foreign else (),
    )


def _calls_us(case: Case) -> bool:
    agreement = case.observation.agreement
    return agreement is not None and agreement.endpoint.direction == "in"


def _demanded(case: Case, found: Finding) -> Finding:
    """It refuses without one; a caller whose authority it names may have one all the same, where nobody verified that it has none."""
    agreement = case.observation.agreement
    whose = callers(case) if _calls_us(case) else Callers()
    by = "--client-auth forbidden" if agreement is None or not _calls_us(case) else f"the profile {agreement.profile}"
    summary = f"{found.summary} The caller that this check stands for cannot present one ({by})."
    if agreement is None or not whose.accepted or agreement.client_certificate.verified:
        return replace(found, summary=summary)
    more = f" Its authority is among those that are accepted ({' and '.join(whose.accepted[:SHOWN])}); nobody has verified that it presents no certificate."
    certainty = Certainty.LIKELY if found.certainty is Certainty.PROVEN else found.certainty
    return replace(found, summary=f"{summary}{more}", certainty=certainty)


def _compared(case: Case, whose: Callers) -> str:
    """What the list of accepted authorities means for the caller, should it present a certificate after all."""
    agreement = case.observation.agreement
    refused = "A caller that presents one that the server does not trust is refused all the same."
    if agreement is None or not _calls_us(case):
        return refused
    if not case.client.issuers:
        return f"It names no authorities. That is allowed and proves nothing: whom it accepts is not seen from outside. {refused}"
    if whose.accepted:
        return f"The caller's authority is among those that it names ({' and '.join(whose.accepted[:SHOWN])}): should it present a certificate, it gets in too."
    if not whose.comparable:
        return f"Whether the caller's authorities are among them is not known here: name the files that the other side handed out (--trust). {refused}"
    return (
        f"None of the caller's authorities that are known here ({_named(whose)}) is among them: if the caller presents a certificate of one of these, it is "
        "refused all the same, though one without is let in."
    )


def _named(whose: Callers) -> str:
    names = [f'"{title(one)}"' for one in whose.known[:SHOWN]]
    more = f" and {len(whose.known) - SHOWN} more" if len(whose.known) > SHOWN else ""
    return f"{', '.join(names)}{more}, from {', '.join(whose.sources)}" if names else "those that the marks of the profile fit"
