"""The report as JUnit XML for pipelines: one suite a target, one test case a stage of the connection, in XML 1.0.

What breaks is one failure, at its stage and nowhere else; what follows from it elsewhere is skipped. When nothing is decided, or the probe itself has a
defect, that is an error.
"""

import re
from collections.abc import Sequence
from html import escape

from probe.causes.catalogue import FILE, STAGES
from probe.causes.words import Certainty, Effect
from probe.facts.noun import noun
from probe.render.visible import visible, visible_lines
from probe.render.words import CERTAINTIES, STATES, accepts, answer, effect
from probe.report import FoundText, Report, Result, Verdict

WIDEST, LINES = 2000, 400
"""Characters of a line and lines of a text."""

VERDICT = "verdict"
JOINED = {"chain": ("trust",)}
"""Trust store and chain are one stage: what is wrong with the one shows at the other."""
CASES = tuple(one for one in STAGES if one != FILE and not any(one in others for others in JOINED.values()))
"""The names of the cases, which do not change from run to run; further faults of a stage come as ``stage: code``."""

_OUTSIDE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a character reference (section 2.2)."""


@noun
class _Case:
    """A test case: what is in it, and which of failure, error and skipped it is ("" for one that passed)."""

    name: str
    kind: str = ""
    text: str = ""


def render(report: Report) -> str:
    """Write the document, UTF-8. The same report gives the same bytes; the names of suites and cases do not change from run to run."""
    suites = [_suite(one) for one in report.results]
    counts = [sum(one[place] for _, one in suites) for place in range(4)]
    body = "".join(text for text, _ in suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites{_counts(counts)}>\n{body}</testsuites>\n'


def _suite(result: Result) -> tuple[str, list[int]]:
    """One target, and how many cases, failures, errors and skipped ones it has."""
    cases = [case for stage in (CASES if result.inspection is None else (FILE,)) for case in _stage(stage, result)]
    cases.append(_verdict(result, next((one.name for one in cases if one.kind in ("failure", "error")), "")))
    counts = [len(cases), *(sum(1 for one in cases if one.kind == wanted) for wanted in ("failure", "error", "skipped"))]
    name, host = _attribute(result.target), _attribute(result.observation.vantage.host)
    when = result.taken_at.strftime("%Y-%m-%dT%H:%M:%S")
    took = f"{max(result.observation.took, 0.0):.3f}"
    texts = []
    for one in cases:
        head = f'  <testcase name={_attribute(one.name)} classname={name} time="0"'
        texts.append(f"{head}>{one.text}</testcase>\n" if one.text else f"{head}/>\n")
    head = f' <testsuite name={name} timestamp="{when}" hostname={host} time="{took}"{_counts(counts)}>\n'
    return f"{head}{''.join(texts)}  <system-out>{_text(_account(result))}</system-out>\n </testsuite>\n", counts


def _stage(stage: str, result: Result) -> list[_Case]:
    """The cases of one stage: one, and a further one for each further fault, because consumers count cases."""
    own = (stage, *JOINED.get(stage, ()))

    def belongs(code: str) -> bool:
        return code.partition(".")[0] in own

    here = [one for one in result.findings if belongs(one.code)]
    defects = [one for one in result.defects if belongs(one)]
    follows = [one for one in result.explained if belongs(one.code)]
    faults = [one for one in here if one.effect is Effect.BREAKS]
    rest = [one for one in here if one.effect is not Effect.BREAKS]
    said = f"<system-out>{_text([line for one in rest for line in _found(one)])}</system-out>" if rest else ""
    bad = [("error", f'<error type="defect" message={_attribute(one)}>{_text([one])}</error>', "defect") for one in defects]
    bad += [(*_fault(one, result), one.code) for one in faults]
    if bad:
        return [
            _Case(name=stage if place == 0 else f"{stage}: {code}", kind=kind, text=text if place else text + said)
            for place, (kind, text, code) in enumerate(bad)
        ]
    if follows:
        message = _attribute("follows from another cause: " + ", ".join(one.code for one in follows))
        return [_Case(name=stage, kind="skipped", text=f"<skipped message={message}/>{said}")]
    missed = [one for one in result.not_observed if belongs(one.code)]
    if missed and not here:
        return [_Case(name=stage, kind="skipped", text=f"<skipped message={_attribute(missed[0].why)}/>")]
    return [_Case(name=stage, text=said)]


def _fault(one: FoundText, result: Result) -> tuple[str, str]:
    """What breaks is a failure; what is only possible is an error, for nobody could decide it."""
    kind = "error" if one.certainty is Certainty.POSSIBLE else "failure"
    text = _text([*_found(one), *_advice(result, one)])
    return kind, f"<{kind} type={_attribute(one.code)} message={_attribute(one.summary or one.title)}>{text}</{kind}>"


def _verdict(result: Result, counted: str) -> _Case:
    """The whole: not counted again when a stage (``counted``) has failed for it."""
    message = _attribute(result.sentence)
    if result.verdict is Verdict.WORKS:
        return _Case(name=VERDICT)
    if counted:
        return _Case(name=VERDICT, kind="skipped", text=f"<skipped message={_attribute(f'counted at {counted}: {result.sentence}')}/>")
    if result.verdict is Verdict.UNDECIDED:
        candidates = _text([f"{one.code}: {one.why}" for one in result.candidates])
        return _Case(name=VERDICT, kind="error", text=f'<error type="undecided" message={message}>{candidates}</error>')
    return _Case(name=VERDICT, kind="failure", text=f'<failure type="{result.verdict.value}" message={message}></failure>')


def _found(one: FoundText) -> list[str]:
    words = f"{one.code}: {one.summary or one.title} ({effect(one)}, {CERTAINTIES[one.certainty]}; who must act: {one.owner_text})"
    return [words, *(f"  {evidence.says}" for evidence in one.evidence)]


def _advice(result: Result, found: FoundText) -> list[str]:
    return [f"What to do: {one.text}" for one in result.remedies if one.for_code == found.code]


def _account(result: Result) -> list[str]:
    """What is true of the whole check."""
    stacks = [f"{one.title}: {accepts(one)}. {one.says}".rstrip() for one in result.stacks]
    more = [one for one in (result.revocation and f"Revocation: {result.revocation}", result.forecast) if one]
    more += [f"{label}: {value}" for label, value in result.profile]
    more += [f"Check {one.id}: {STATES[one.state]}. {one.says}" + ("" if one.verified else " (not verified)") for one in result.checks]
    return [f"{answer(result).capitalize()}. {result.sentence}", *more, *stacks, f"To repeat: {result.repeat}"]


def _counts(counts: Sequence[int]) -> str:
    return "".join(f' {name}="{count}"' for name, count in zip(("tests", "failures", "errors", "skipped"), counts, strict=True))


def _attribute(text: str) -> str:
    return f'"{escape(_OUTSIDE.sub("", visible(text, WIDEST)))}"'


def _text(lines: Sequence[str]) -> str:
    shown = [part for line in lines for part in visible_lines(line, WIDEST, LINES)]
    return escape(_OUTSIDE.sub("", "\n".join(shown)), quote=False)


def attribute(text: str) -> str:
    """A quoted attribute for another document of this kind."""
    return _attribute(text)


def xml_text(lines: Sequence[str]) -> str:
    """The text of an element for another document of this kind."""
    return _text(lines)
