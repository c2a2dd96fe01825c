"""The report as one JSON document for programs: schema 1, always the same bytes for the same report."""

import json
from typing import Any

from probe.facts.codec import dump
from probe.report import CheckText, FoundText, Report, Result

SCHEMA = 1
"""The number in the document; it goes up when a field changes its meaning, not when one is added."""


def render(report: Report) -> str:
    """Write the document: ASCII only, keys in a fixed order, a newline at the end; ``about`` names certificates by SHA-256 fingerprint."""
    domain = {"domain": dump(report.domain)} if report.domain else {}
    steps = {"steps": [{"state": one.state, "says": one.says, "next": one.next} for one in report.before.steps]} if report.before else {}
    document = {"schema": SCHEMA, **domain, **steps, "results": [_result(one, report.redacted) for one in report.results]}
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _result(result: Result, redacted: bool) -> dict[str, Any]:
    cause = result.cause
    fingerprints = {one.number: one.sha256 for one in result.certificates}
    return {
        "target": result.target,
        "verdict": result.verdict.value,
        "forecast": result.forecast,
        "revocation": result.revocation,
        "client_certificate": [{"label": label, "value": value} for label, value in result.client],
        "profile": [{"label": label, "value": value} for label, value in result.profile],
        "checks": [_check(one) for one in result.checks],
        "cause": cause and {"code": cause.code, "title": cause.title, "certainty": cause.certainty.value, "owner": cause.owner.value, "summary": cause.summary},
        "candidates": [{"code": one.code, "why": one.why} for one in result.candidates],
        "findings": [_found(one, fingerprints) for one in result.findings],
        "explained": [_found(one, fingerprints) for one in result.explained],
        "not_observed": [{"code": one.code, "why": one.why} for one in result.not_observed],
        "remedies": [{"action": one.action, "text": one.text, "proof": one.proof} for one in result.remedies],
        "stacks": [{"stack": one.stack, "accepts": one.accepts, "verified": one.verified, "says": one.says} for one in result.stacks],
        **({"inspection": dump(result.inspection)} if result.inspection else {}),
        "observation": None if redacted else dump(result.observation),
    }


def _check(one: CheckText) -> dict[str, Any]:
    return {
        "id": one.id,
        "question": one.question,
        "state": one.state,
        "says": one.says,
        "answer": [{"label": label, "value": value} for label, value in one.answer],
        "proves": list(one.proves),
        "do": list(one.do),
        "verified": one.verified,
        "source": one.source,
    }


def _found(found: FoundText, fingerprints: dict[int, str]) -> dict[str, Any]:
    return {
        "code": found.code,
        "effect": found.effect.value,
        "certainty": found.certainty.value,
        "about": [fingerprints[number] for number in found.about if number in fingerprints],
        "evidence": [{"says": one.says, "at": one.at} for one in found.evidence],
        "shown_by": list(found.commands),
        "shows": found.shows,
        "files": [{"name": name, "certificates": [fingerprints[number] for number in which if number in fingerprints]} for name, which in found.saves],
    }
