"""Findings that come from the checks of a profile: the answer fits a row that names this very cause."""

import shlex
from collections.abc import Callable
from dataclasses import replace

from probe.case.case import Case
from probe.case.checked import SPORADIC, Outcome, problem, unread
from probe.causes.shown import Shown
from probe.causes.words import Certainty, Effect, Evidence, Finding, NotObserved
from probe.facts.certificate import Certificate
from probe.facts.observation import Exchange
from probe.facts.profile import Agreement, Check

CERTAINTIES = {"proven": Certainty.PROVEN, "likely": Certainty.LIKELY, "possible": Certainty.POSSIBLE}
NO_PROFILE = "Only the profile of a system says how it answers in this case, and none was named (--profile)."


def asked(check: Check) -> str:
    """What a check asks, in a few words."""
    request = check.request
    if request.method:
        return f"{request.method} {request.path}"
    return "the search for the root entry" if request.ldap else "MQTT CONNECT" if request.mqtt else "the question"


def finding(case: Case, code: str) -> tuple[Finding, Outcome] | NotObserved | None:
    """What a profile's check found of this cause, together with the outcome that shows it."""
    if case.observation.agreement is None:
        return NotObserved(why=NO_PROFILE)
    met = problem(case, code)
    if met is None or met.row is None or met.exchange is None:
        return None
    from probe.case.expectation import told  # whoever names no profile needs none of it

    row, text = met.row, met.text
    certain = CERTAINTIES.get(row.certainty, Certainty.POSSIBLE)
    verified = row.verified and (text is None or text.verified)
    there = case.pointer(met.exchange)
    answer = ", ".join(f"{label} {value}" for label, value in told(met.exchange))
    fields = tuple(f"{name}: {value}" for name, value in shown_fields(met.exchange, case.observation.agreement))
    evidence = [Evidence(says=f"{asked(met.check)} was answered with {answer}." if answer else f"{asked(met.check)} got no answer.", at=there)]
    evidence += [Evidence(says=f"The answer has the header field {one}.", at=there) for one in fields]
    if not verified:
        source = row.source or (text.source if text else "")
        evidence.append(Evidence(says=f"How to read this answer was not verified{f' (source: {source})' if source else ''}.", at="/agreement"))
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY if certain is Certainty.PROVEN and not verified else certain,
        summary=text.short if text else f"The application's answer ({answer}) means: {code}.",
        evidence=tuple(evidence),
    ), met


def not_understood(case: Case, wanted: Callable[[Exchange], bool]) -> Finding | None:
    """What is said of an answer that the profile does not explain, if it is one of those that are ``wanted``: no fault that is known, and no success."""
    agreement = case.observation.agreement
    met = next((one for one in unread(case) if one.exchange is not None and wanted(one.exchange)), None)
    if agreement is None or met is None or met.exchange is None:
        return None
    from probe.case.expectation import told  # whoever names no profile needs none of it

    answer = ", ".join(f"{label} {value}" for label, value in told(met.exchange))
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.POSSIBLE,
        summary=f"TLS works; {asked(met.check)} was answered with {answer}, and the profile {agreement.profile} does not say what this answer means.",
        evidence=(Evidence(says=f"No row of the check {met.check.id} fits {answer}.", at=case.pointer(met.exchange)),),
        actions=("read-server-log", "explain-answer") if met.exchange.protocol == "https" and (met.exchange.status or 0) >= SPORADIC else ("explain-answer",),
    )


def shown_fields(exchange: Exchange | None, agreement: Agreement) -> tuple[tuple[str, str], ...]:
    """The header fields of an answer that the profile wants shown, as it spells them."""
    spelled = {one.lower(): one for one in agreement.report.include_headers}
    return tuple((spelled[name.lower()], value) for name, value in (exchange.fields if exchange else ()) if name.lower() in spelled)


def words(case: Case) -> str:
    """What was asked first after the ordinary handshake, in a few words."""
    agreement = case.observation.agreement
    check = agreement.check(case.ordinary.question.check) if agreement and case.ordinary and case.ordinary.question.check else None
    return asked(check) if check else f"GET {case.target.path}"


def about(found: Finding, *certificates: Certificate | None) -> Finding:
    """The finding with the certificates that it is about."""
    return replace(found, about=tuple(one for one in certificates if one))


def shown(case: Case, _finding: Finding) -> Shown:
    """The same request by curl."""
    code = _finding.code
    met = problem(case, code)
    if met is None:
        return Shown(why_not="The answer to a check of the profile is not there any more.")
    request = met.check.request
    words = ["curl -gksSi --max-time 10 {client}", f"--request-target {_quoted(request.path)}"]
    words += [f"-X {_quoted(request.method)}"] if request.method not in ("", "GET") else []
    words += ["-H 'Content-Type: application/json'"] if request.json else []
    words += [f"-H {_quoted(f'{name}: {value}')}" for name, value in request.headers if "{" not in value]
    words += [f"--data-raw {_quoted(request.json or request.body)}"] if request.json or request.body else []
    return Shown(commands=(" ".join((*words, "{url}")),), shows="curl prints the answer of the application, its status in the first line.")


def _quoted(text: str) -> str:
    """A word for a shell, in a command that is filled in afterwards."""
    return shlex.quote(text).replace("{", "{{").replace("}", "}}")
