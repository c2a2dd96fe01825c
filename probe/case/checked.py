"""The checks of a profile in one case: which were done, what their answers mean, and why the others were not done. Pure."""

from typing import TYPE_CHECKING

from probe.facts.noun import noun
from probe.facts.observation import Attempt, Exchange, Handshake, How
from probe.facts.profile import Agreement, Check, Expect, Text
from probe.profiles.templates import used
from probe.protocols import NAMES, named

if TYPE_CHECKING:
    from probe.case.case import Case

ORDINARY = "ordinary"
RETRY = "checked-again"
"""The question with which an answer that may be sporadic is asked for once more."""
FURTHER = "check-"
"""How the names of the questions of further checks begin; the check's id follows."""
ANOTHER = "The server showed another certificate when it was to be asked, which nobody had judged."
SPORADIC = 500
TIMEOUT_STATUS = 408


@noun
class Outcome:
    """A check and what came of it. ``row`` is the expectation that fits (``None``: none does, or nothing was done); ``why_not`` is why it was not done.

    ``retry`` when it is the answer of the second try.
    """

    check: Check
    exchange: Exchange | None = None
    row: Expect | None = None
    why_not: str = ""
    retry: bool = False
    text: Text | None = None


def outcomes(agreement: Agreement | None, attempts: tuple[Attempt, ...], *, app: bool, good: bool) -> tuple[Outcome, ...]:
    """One outcome for each check of the profile, in its order; those that were asked twice have two. ``good``: the server was judged good, and TLS stands."""
    if agreement is None:
        return ()
    found: list[Outcome] = []
    for check in agreement.checks:
        done = [one for one in attempts if one.question.check == check.id and _counts(one) and (said(one) is not None or closed(one))]
        found += [outcome(agreement, check, one) for one in done]
        if not done:
            another = any(one.question.check == check.id and _stood(one) for one in attempts)
            found.append(Outcome(check=check, why_not=ANOTHER if another else why_not(agreement, check, app=app, good=good)))
    return tuple(found)


def _counts(attempt: Attempt) -> bool:
    """Whether an attempt was made for its check; those that find out about TLS or the client certificate only happen to ask it too."""
    return attempt.question.name in (ORDINARY, RETRY) or attempt.question.name.startswith(FURTHER)


def outcome(agreement: Agreement, check: Check, attempt: Attempt) -> Outcome:
    """What one attempt at a check means."""
    from probe.case.expectation import row_for  # whoever names no profile needs none of it

    row = row_for(check, said(attempt), _handshake(attempt))
    return Outcome(
        check=check,
        exchange=said(attempt),
        row=row,
        retry=attempt.question.name == RETRY,
        text=agreement.text(row.text) if row and row.text else None,
    )


def said(attempt: Attempt) -> Exchange | None:
    """The exchange of an attempt."""
    return next((one for one in attempt.steps if isinstance(one, Exchange)), None)


def closed(attempt: Attempt) -> bool:
    """Whether the server hung up after the handshake, before anything was said."""
    one = _handshake(attempt)
    return one is not None and one.closed_by_peer and said(attempt) is None


def _stood(attempt: Attempt) -> bool:
    """Whether all was ready for a question that was then not put."""
    one = _handshake(attempt)
    return one is not None and one.ending.how is How.DONE and attempt.question.app and attempt.question.name.startswith(FURTHER)


def _handshake(attempt: Attempt) -> Handshake | None:
    return next((one for one in attempt.steps if isinstance(one, Handshake)), None)


def possible(agreement: Agreement, check: Check) -> str:
    """Why a check cannot be done at all by this version, or shall not; "" when it can."""
    if check.level == "tls":
        return "It looks at TLS only; nothing is asked."
    spoken = spoken_as(agreement.endpoint.protocol)
    if not check.safe and not check.expect:
        return f"It is never done: it {check.side_effects}."
    if not agreement.consented(check):
        effects = f": it {check.side_effects}" if check.side_effects else ""
        consent = "--allow-connect" if check.request.mqtt else f"--allow {check.consent or check.id}"
        return f"It is not done without {consent}{effects}."
    asked = "ldaps" if check.request.ldap else "mqtts" if check.request.mqtt else "https"
    if spoken == "wss" and check.request.method == "GET":
        # A WebSocket begins with such a request.
        asked = spoken
    if asked == "ldaps" and spoken == "ldap":
        asked = spoken
    if spoken != asked or asked not in NAMES:
        return f"The endpoint speaks {agreement.endpoint.protocol}, which has no such question."
    if check.request.method and named(spoken).ask is None:
        return f"Nothing can be asked over {spoken}."
    unfilled = [name for name in unfilled_in(check) if name not in dict(agreement.secrets)]
    return f"The variable {unfilled[0]} was not given." if unfilled else ""


def unfilled_in(check: Check) -> tuple[str, ...]:
    """The variables that the request of a check still waits for."""
    return used(check.request)


def spoken_as(protocol: str) -> str:
    """The protocol of this version that speaks to an endpoint of the profile's protocol, as far as it can; "" when it cannot."""
    return protocol if protocol in NAMES else ""


def possible_checks(agreement: Agreement) -> tuple[Check, ...]:
    """The checks that can and may be done, in the order of the profile, the safe ones first."""
    able = [one for one in agreement.checks if not possible(agreement, one)]
    return (*(one for one in able if one.safe), *(one for one in able if not one.safe))


def first_check(agreement: Agreement | None) -> Check | None:
    """The check that takes the place of the usual first words: the first safe one, if it sends no secret to a server that nobody has judged yet."""
    if agreement is None:
        return None
    one = next((one for one in possible_checks(agreement) if one.safe), None)
    return one if one and not unfilled_in(one) else None


def why_not(agreement: Agreement, check: Check, *, app: bool, good: bool) -> str:
    """Why a check was not done."""
    if why := possible(agreement, check):
        return why
    if not app:
        return "The service behind TLS was not asked (--no-app)."
    return "The check ended before it came to this." if good else "It is only done once the server was found good."


def sporadic(outcome: Outcome) -> bool:
    """Whether an answer may be another one with the next connection."""
    status = outcome.exchange.status if outcome.exchange else None
    return status is not None and (status >= SPORADIC or status == TIMEOUT_STATUS) and (outcome.row is None or bool(outcome.row.cause))


def of(case: "Case") -> tuple[Outcome, ...]:
    """The outcomes at the address of a case."""
    good = case.established and case.chain_accepted
    return outcomes(case.observation.agreement, case.attempts, app=case.target.app, good=good)


def problem(case: "Case", code: str) -> Outcome | None:
    """The outcome whose row names this code as the cause; a second try that went well takes it back."""
    found = of(case)
    well = {one.check.id for one in found if one.retry and one.row is not None and not one.row.cause}
    return next((one for one in found if one.row is not None and one.row.cause == code and one.check.id not in well), None)


def unread(case: "Case") -> tuple[Outcome, ...]:
    """The checks that were answered in their protocol, the last time with an answer that no row of the profile explains; those without rows ask for none."""
    last = {one.check.id: one for one in of(case) if not one.why_not}
    return tuple(one for one in last.values() if one.check.expect and one.row is None and one.exchange is not None and one.exchange.status is not None)


def undecided(case: "Case") -> Outcome | None:
    """The first safe check whose answer is not understood: what the profile asks to find out whether it works was then not found out."""
    return next((one for one in unread(case) if one.check.safe), None)


def mended(case: "Case") -> bool:
    """Whether an answer that may be sporadic was well with a second connection."""
    return any(one.retry and one.row is not None and not one.row.cause for one in of(case))
