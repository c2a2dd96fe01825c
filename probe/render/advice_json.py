"""The advice which certificate to install as one JSON document for programs: schema 1, always the same bytes for the same advice.

``probe report`` and ``probe trust`` judge its observations again.
"""

import json
from typing import Any

from probe.facts.codec import dump
from probe.facts.program import Program
from probe.report.advice import Advice, AdviceReport, ChoiceText

SCHEMA = 1
"""The number in the document; it goes up when a field changes its meaning, not when one is added."""


def render(report: AdviceReport) -> str:
    """Write the document: ASCII only, keys in a fixed order, a newline at the end."""
    document = {
        "schema": SCHEMA,
        "kind": "trust",
        "folder": report.folder,
        "written": list(report.written),
        "kept": list(report.kept),
        "remarks": list(report.remarks),
        "results": [_advice(one, report.redacted) for one in report.advices],
    }
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _advice(one: Advice, redacted: bool) -> dict[str, Any]:
    return {
        "target": one.target,
        "verdict": one.verdict.value,
        "sentence": one.sentence,
        "answer": one.answer,
        "steps": [
            {
                "step": each.title,
                "before": [{"tone": tone, "says": says} for tone, says in each.before],
                "after": [{"tone": tone, "says": says} for tone, says in each.after],
            }
            for each in one.steps
        ],
        "before": one.before,
        "judged_at": dump(one.judged_at),
        "now": [{"tone": tone, "says": says} for tone, says in one.now],
        "remarks": [{"tone": tone, "says": says} for tone, says in one.remarks],
        "choices": [_choice(each, one) for each in one.choices],
        "missing": [{"issuer": each.title, "lines": [{"label": label, "value": value} for label, value in each.lines]} for each in one.missing],
        "platforms": [
            {
                "platform": each.platform,
                "takes_it": not each.refuses,
                "refuses": each.refuses,
                "steps": [{"do": do, "commands": list(commands)} for do, commands in each.steps],
            }
            for each in one.platforms
        ],
        "question": one.question,
        "ticket": one.ticket and {"recipient": one.ticket[0], "text": one.ticket[1]},
        "program": _program(one.program),
        "repeat": one.repeat,
        "observation": None if redacted else dump(one.observation),
    }


def _choice(choice: ChoiceText, one: Advice) -> dict[str, Any]:
    known = {each.number: each for each in one.certificates}
    return {
        "kind": choice.kind,
        "best": choice.best,
        "proof": choice.proof,
        "stacks": [
            {"stack": each.stack, "trusts": each.trusts, "name_refused": each.name_refused, "verified": each.verified, "says": each.says}
            for each in choice.stacks
        ],
        "certificates": [
            {
                "subject": known[each.number].subject,
                "issuer": known[each.number].issuer,
                "serial": known[each.number].serial,
                "not_before": dump(known[each.number].not_before),
                "not_after": dump(known[each.number].not_after),
                "sha256": known[each.number].sha256,
                "sha1": known[each.number].sha1,
                "md5": known[each.number].md5,
                "origin": each.origin,
                "verify": each.verify,
                "files": list(each.files),
                "remarks": [{"tone": tone, "says": says} for tone, says in each.remarks],
                "pem": known[each.number].pem,
            }
            for each in choice.certificates
        ],
        "remarks": [{"tone": tone, "says": says} for tone, says in choice.remarks],
    }


def _program(one: Program | None) -> dict[str, Any] | None:
    if one is None:
        return None
    stores = [
        {"reader": each.reader, "stack": each.stack, "setting": each.setting, "path": each.path, "says": each.says, "problem": each.problem}
        | {"size": each.store.size if each.store else None}
        for each in one.stores
    ]
    return {"pid": one.pid, "kind": one.kind, "executable": one.executable, "stores": stores, "notes": list(one.notes)}
