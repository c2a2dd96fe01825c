"""The application checks of a profile in a report, and the lines about the profile itself."""

from probe.case.case import Case
from probe.case.checked import Outcome
from probe.case.checked import of as outcomes
from probe.case.client_rules import remarks
from probe.case.names import compare
from probe.causes.checked import asked, shown_fields
from probe.facts.profile import Agreement
from probe.report import CheckText

STAGES = {
    "dns": "the name is found",
    "tcp": "the port answers",
    "tls": "TLS works",
    "client-chain": "the front end accepts the client certificate",
    "client-cert": "the client certificate is accepted and linked",
    "app": "the application answers",
}
"""What a row of a profile can prove, in words."""
MOST = 12
"""Sentences about values that were not verified."""
UNEXPECTED = "The profile does not say what this answer means."


def checks(case: Case) -> tuple[CheckText, ...]:
    """Each check of the profile: what was asked, what came, what it means; or why it was not done."""
    agreement = case.observation.agreement
    return tuple(_text(one, agreement) for one in outcomes(case)) if agreement else ()


def _text(one: Outcome, agreement: Agreement) -> CheckText:
    from probe.case.expectation import told  # whoever names no profile needs none of it

    row, text = one.row, one.text
    if one.why_not:
        wanted = one.check.safe and one.check.level != "tls"
        return CheckText(
            id=one.check.id,
            title=one.check.title,
            question=asked(one.check),
            state="not done",
            says=one.why_not,
            verified=one.check.verified,
            wanted=wanted,
        )
    answer = told(one.exchange) if one.exchange else ()
    fields = shown_fields(one.exchange, agreement)
    if row is None:
        says = UNEXPECTED if one.exchange and one.exchange.status is not None else "No answer came."
        state = "unread"
    else:
        says = text.short if text else ("The answer is the one that is expected." if not row.cause else f"The answer means: {row.cause}.")
        state = "problem" if row.cause else "well"
    return CheckText(
        id=one.check.id,
        title=one.check.title + (" (asked again on a new connection)" if one.retry else ""),
        question=asked(one.check),
        state=state,
        says=says,
        answer=(*answer, *fields),
        proves=tuple(STAGES[name] for name in row.proves) if row else (),
        explain=text.explain if text else "",
        do=text.do if text else (),
        official=text.official_text if text else "",
        source=(row.source if row else "") or (text.source if text else ""),
        verified=one.check.verified and (row is None or row.verified) and (text is None or text.verified),
    )


def profile_lines(case: Case) -> tuple[tuple[str, str], ...]:
    """Which profile was gone by, with what filled in, and what in it nobody has verified, as (label, value)."""
    agreement = case.observation.agreement
    if agreement is None:
        return ()
    lines = [("Profile", profile_name(agreement)), ("System", agreement.title)]
    if agreement.variables:
        lines.append(("Variables", ", ".join(f"{name}={value}" for name, value in agreement.variables)))
    lines += [("Secret", f"{name} comes from the environment variable {where}") for name, where in agreement.secrets]
    lines += [("Consent given", one) for one in agreement.allowed]
    if agreement.tls.note_legacy:
        lines.append(("TLS", agreement.tls.note_legacy))
    if agreement.names.rule == "none" and case.leaf:
        fits = compare(case.target.name, case.leaf)
        also = "" if fits.matches else f"; the certificate is for {', '.join(fits.good_for[:5]) or 'no host'}, which others would refuse"
        lines.append(("Names", f"this client compares no names{also}"))
    lines += [("Client certificate", one) for one in remarks(agreement.client_certificate, case.observation.identity)]
    if agreement.sources:
        lines.append(("Profile made from", "; ".join(agreement.sources)))
    return (*lines, *not_verified(agreement))


def not_verified(agreement: Agreement) -> tuple[tuple[str, str], ...]:
    """The values in use that nobody has verified, as (label, value)."""
    every = [("Not verified", f"{one[:1].upper()}{one[1:]}") for one in agreement.unverified[:MOST]]
    more = len(agreement.unverified) - MOST
    return (*every, *((("Not verified", f"{more} more values: probe profiles show {agreement.profile}"),) if more > 0 else ()))


def profile_name(agreement: Agreement) -> str:
    """The profile, the environment and the endpoint in one line."""
    environment = next((one for one in agreement.environments if one.name == agreement.environment), None)
    where = f", environment {environment.name}" + (f" ({environment.title})" if environment.title else "") if environment else ""
    return f"{agreement.profile}{where}, endpoint {agreement.endpoint.name}"
