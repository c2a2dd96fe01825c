"""The advice which certificate to install as Markdown for a ticket. Whatever comes from outside is escaped, and fenced where it is to be copied."""

from probe.render.advice_terminal import ANSWERS, TONES
from probe.render.markdown import code, escaped, fenced
from probe.render.words import moment
from probe.report.advice import Advice, AdviceReport, ChoiceText, Remark, StepText


def render(report: AdviceReport) -> str:
    """Write the advice, a line feed at its end. The same advice gives the same text."""
    lines: list[str] = []
    for one in report.advices:
        lines += [*(["---", ""] if lines else []), *_advice(one)]
    if report.written or report.kept:
        lines += [f"Written to {code(report.folder)}: {', '.join(code(name) for name in (*report.written, *report.kept))}", ""]
    lines += [line for one in report.remarks for line in (escaped(one), "")]
    return "\n".join(lines) + f"\n{escaped(report.made_by)}\n"


def _advice(one: Advice) -> list[str]:
    lines = [f"## {(one.answer or ANSWERS[one.verdict]).capitalize()}: {escaped(one.target)}", "", f"**{escaped(one.sentence)}**", ""]
    if one.steps:
        lines += ["| Step | Before | After |", "| --- | --- | --- |", *(_step(each) for each in one.steps), ""]
    if one.before:
        lines += [f"First: {escaped(one.before)}", ""]
    for heading, remarks in (("As it is now", one.now), ("What no trust store mends", one.remarks)):
        lines += [f"### {heading}", "", *_remarks(remarks), ""] if remarks else []
    lines += ["### The choices", "", "Each was judged again as the only thing in the trust store.", ""] if one.choices else []
    for number, choice in enumerate(one.choices, 1):
        lines += _choice(number, choice, one)
    for lost in one.missing:
        lines += ["### An issuer that is nowhere", "", *(f"- {escaped(label)}: {code(value)}" for label, value in lost.lines), ""]
    if one.platforms:
        lines += ["### How to install it", ""]
    for each in one.platforms:
        if each.refuses:
            lines += [f"**{escaped(each.platform)}**: not with this. {escaped(each.refuses)}", ""]
            continue
        lines += [f"**{escaped(each.platform)}**", ""]
        for do, commands in each.steps:
            lines += [escaped(do), "", *(fenced("\n".join(commands)) if commands else [])]
    if one.question:
        lines += ["### To ask", "", *fenced(one.question)]
    if one.ticket:
        lines += [f"### To send to {escaped(one.ticket[0])}", "", *fenced(one.ticket[1])]
    return [*lines, "Again:", "", *fenced(one.repeat)]


def _remarks(remarks: tuple[Remark, ...]) -> list[str]:
    return [f"- {TONES[tone]}: {escaped(says)}" for tone, says in remarks]


def _step(step: StepText) -> str:
    """One row of a table, in which a line break is an element of HTML."""
    cells = ("<br>".join(f"{TONES[tone]}: {escaped(says)}" for tone, says in remarks) for remarks in (step.before, step.after))
    return f"| {escaped(step.title)} | {' | '.join(cells)} |"


def _choice(number: int, choice: ChoiceText, one: Advice) -> list[str]:
    lines = [f"#### {number}. {escaped(choice.heading)}", ""]
    for each in choice.certificates:
        text = next(found for found in one.certificates if found.number == each.number)
        rows = (
            ("Subject", text.subject),
            ("Issuer", text.issuer),
            ("Serial", text.serial),
            ("Valid", f"{moment(text.not_before)} to {moment(text.not_after)}"),
            ("SHA-256", text.sha256),
            ("SHA-1", text.sha1),
            ("MD5", text.md5),
            ("Known", each.origin),
        )
        lines += ["| | |", "| --- | --- |", *(f"| {label} | {code(value, cell=True)} |" for label, value in rows), ""]
        if each.verify:
            lines += ["Compare its fingerprint over another channel before it is trusted.", ""]
        lines += [*_remarks(each.remarks), *([""] if each.remarks else [])]
    for stack in choice.stacks:
        state = "trusts it" if stack.trusts else "refuses"
        state += ", but not the name" if stack.trusts and stack.name_refused else ""
        says = f": {code(stack.says)}" if stack.says and not stack.trusts else ""
        lines.append(f"- {escaped(stack.title)} {state}{says}")
    return [*lines, *([""] if choice.stacks else []), escaped(choice.proof), "", *_remarks(choice.remarks), *([""] if choice.remarks else [])]
