"""The advice which certificate to install as JUnit XML for pipelines: a suite a target, with one case: is there a choice that suffices?

A choice that is good for some clients only is a failure, as is none; what was not found out is an error. What else was noticed stands in the output of the
suite.
"""

from probe.causes.words import Verdict
from probe.render.advice_terminal import TONES
from probe.render.junit import attribute, xml_text
from probe.report.advice import Advice, AdviceReport

CASE = "a choice that suffices"
_KINDS = {Verdict.WORKS: "", Verdict.FAILS: "failure", Verdict.DEPENDS: "failure", Verdict.UNDECIDED: "error"}


def render(report: AdviceReport) -> str:
    """Write the document, UTF-8. The same advice gives the same bytes; the names of suites and cases do not change from run to run."""
    kinds = [_kind(one) for one in report.advices]
    suites = "".join(_suite(one, kind) for one, kind in zip(report.advices, kinds, strict=True))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites{_counts(kinds)}>\n{suites}</testsuites>\n'


def _kind(one: Advice) -> str:
    return "error" if one.interrupted else _KINDS[one.verdict]


def _suite(one: Advice, kind: str) -> str:
    name, when = attribute(one.target), one.taken_at.strftime("%Y-%m-%dT%H:%M:%S")
    said = [one.sentence, *((f"First: {one.before}",) if one.before else ())]
    said += [f"{TONES[tone]}: {says}" for tone, says in (*one.now, *one.remarks)]
    said += [f"{choice.heading}: {choice.proof}" for choice in one.choices]
    said += [f"{label}: {value}" for lost in one.missing for label, value in lost.lines]
    head = f'  <testcase name={attribute(CASE)} classname={name} time="0"'
    case = f"{head}><{kind} type={attribute(one.verdict.value)} message={attribute(one.sentence)}></{kind}></testcase>\n" if kind else f"{head}/>\n"
    output = f"  <system-out>{xml_text([*said, f'To repeat: {one.repeat}'])}</system-out>\n"
    return f' <testsuite name={name} timestamp="{when}" time="0"{_counts([kind])}>\n{case}{output} </testsuite>\n'


def _counts(kinds: list[str]) -> str:
    return f' tests="{len(kinds)}" failures="{kinds.count("failure")}" errors="{kinds.count("error")}" skipped="0"'
