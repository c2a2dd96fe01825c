"""The report as JUnit XML for pipelines: one suite a target, one test case a stage of the connection, in XML 1.0.

What breaks is a failure of its stage, what follows from it elsewhere is skipped; when nothing is decided, or the probe itself has a defect, that is an error.
"""

import re
from collections.abc import Sequence
from html import escape

from probe.causes.catalogue import STAGES
from probe.causes.words import Effect
from probe.render.visible import visible, visible_lines
from probe.render.words import CERTAINTIES, EFFECTS, VERDICTS, accepts
from probe.report import FoundText, Report, Result, Verdict

WIDEST, LINES = 2000, 400
"""Characters of a line and lines of a text."""

_OUTSIDE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a character reference (section 2.2)."""


def render(report: Report) -> str:
    """Write the document, UTF-8. The same report gives the same bytes; the names of suites and cases do not change from run to run."""
    suites = [_suite(one) for one in report.results]
    counts = [sum(one[place] for _, one in suites) for place in range(4)]
    body = "".join(text for text, _ in suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites{_counts(counts)}>\n{body}</testsuites>\n'


def _suite(result: Result) -> tuple[str, list[int]]:
    """One target, and how many cases, failures, errors and skipped ones it has."""
    cases = [_stage(stage, result) for stage in STAGES] + [_verdict(result)]
    counts = [len(cases), *(sum(1 for kind, _ in cases if kind == wanted) for wanted in ("failure", "error", "skipped"))]
    name, host = _attribute(result.target), _attribute(result.observation.vantage.host)
    when = result.taken_at.strftime("%Y-%m-%dT%H:%M:%S")
    took = f"{max(result.observation.took, 0.0):.3f}"
    texts = []
    for number, (kind, text) in enumerate(cases):
        label = STAGES[number] if number < len(STAGES) else "verdict"
        texts.append(f'  <testcase name="{label}" classname={name} time="0">{text}</testcase>\n' if kind or text else _passed(label, name))
    head = f' <testsuite name={name} timestamp="{when}" hostname={host} time="{took}"{_counts(counts)}>\n'
    return f"{head}{''.join(texts)}  <system-out>{_text(_account(result))}</system-out>\n </testsuite>\n", counts


def _passed(label: str, name: str) -> str:
    return f'  <testcase name="{label}" classname={name} time="0"/>\n'


def _stage(stage: str, result: Result) -> tuple[str, str]:
    """What one stage gives: failure, error, skipped or nothing, and its content."""
    here = [one for one in result.findings if one.code.startswith(f"{stage}.")]
    breaks = [one for one in here if one.effect is Effect.BREAKS]
    defects = [one for one in result.defects if one.startswith(f"{stage}.")]
    follows = [one for one in result.explained if one.code.startswith(f"{stage}.")]
    rest = here if defects else [one for one in here if one.effect is not Effect.BREAKS]
    said = f"<system-out>{_text([line for one in rest for line in _found(one)])}</system-out>" if rest else ""
    if defects:
        return "error", f'<error type="defect" message={_attribute(defects[0])}>{_text(defects)}</error>{said}'
    if breaks:
        first = breaks[0]
        text = _text([*(line for one in breaks for line in _found(one)), *_advice(result, breaks)])
        return "failure", f"<failure type={_attribute(first.code)} message={_attribute(first.summary or first.title)}>{text}</failure>{said}"
    if follows:
        return "skipped", f"<skipped message={_attribute('follows from another cause: ' + ', '.join(one.code for one in follows))}/>{said}"
    missed = [one for one in result.not_observed if one.code.startswith(f"{stage}.")]
    if missed and not here:
        return "skipped", f"<skipped message={_attribute(missed[0].why)}/>"
    return "", said


def _verdict(result: Result) -> tuple[str, str]:
    message = _attribute(result.sentence)
    if result.verdict is Verdict.UNDECIDED:
        return "error", f'<error type="undecided" message={message}>{_text([f"{one.code}: {one.why}" for one in result.candidates])}</error>'
    if result.verdict is Verdict.WORKS:
        return "", ""
    return "failure", f'<failure type="{result.verdict.value}" message={message}></failure>'


def _found(one: FoundText) -> list[str]:
    words = f"{one.code}: {one.summary or one.title} ({EFFECTS[one.effect]}, {CERTAINTIES[one.certainty]}; who must act: {one.owner_text})"
    return [words, *(f"  {evidence.says}" for evidence in one.evidence)]


def _advice(result: Result, found: Sequence[FoundText]) -> list[str]:
    codes = {one.code for one in found}
    return [f"What to do: {one.text}" for one in result.remedies if one.for_code in codes]


def _account(result: Result) -> list[str]:
    """What is true of the whole check."""
    stacks = [f"{one.title}: {accepts(one)}. {one.says}".rstrip() for one in result.stacks]
    more = [one for one in (result.revocation and f"Revocation: {result.revocation}", result.forecast) if one]
    return [f"{VERDICTS[result.verdict].capitalize()}. {result.sentence}", *more, *stacks, f"To repeat: {result.repeat}"]


def _counts(counts: Sequence[int]) -> str:
    return "".join(f' {name}="{count}"' for name, count in zip(("tests", "failures", "errors", "skipped"), counts, strict=True))


def _attribute(text: str) -> str:
    return f'"{escape(_OUTSIDE.sub("", visible(text, WIDEST)))}"'


def _text(lines: Sequence[str]) -> str:
    shown = [part for line in lines for part in visible_lines(line, WIDEST, LINES)]
    return escape(_OUTSIDE.sub("", "\n".join(shown)), quote=False)
