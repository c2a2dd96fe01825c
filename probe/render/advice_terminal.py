"""The advice which certificate to install, as plain text. ASCII for everything of ours."""

from collections.abc import Callable

from probe.causes.words import Verdict
from probe.render.visible import visible, visible_lines
from probe.render.words import moment
from probe.render.wrapping import wrap
from probe.report.advice import Advice, AdviceReport, ChoiceText, Installed, Remark

NARROW, WIDE = 80, 120
BLOCK, WIDEST = 200, 400
ANSWERS = {Verdict.WORKS: "INSTALL", Verdict.DEPENDS: "DEPENDS", Verdict.FAILS: "NO CHOICE", Verdict.UNDECIDED: "UNDECIDED"}
"""The answer in a word or two."""
TONES = {"good": "ok", "warn": "LOOK", "bad": "PROBLEM", "open": "OPEN", "do": "DO"}
_STYLE = {Verdict.WORKS: "1;32", Verdict.DEPENDS: "1;33", Verdict.FAILS: "1;31", Verdict.UNDECIDED: "1;36"}
PLATFORMS = 4
"""Platforms whose steps are printed; the others are named."""

Paint = Callable[[str, str], str]


def render(report: AdviceReport, colour: bool, width: int) -> str:
    """Write the advice, a newline at the end. ``width`` is in columns; ``colour`` adds SGR sequences, nothing else changes."""
    width = min(max(width, NARROW), WIDE)
    paint: Paint = (lambda text, style: f"\x1b[{style}m{text}\x1b[0m") if colour else (lambda text, _style: text)
    lines: list[str] = []
    for one in report.advices:
        lines += [*([""] if lines else []), *_advice(one, bool(report.folder), paint, width)]
    lines += ["", *written(report, width)] if report.folder or report.remarks else []
    return "\n".join(lines) + "\n"


def written(report: AdviceReport, width: int) -> list[str]:
    """What was written where."""
    folder = visible(report.folder, 300)
    lines = wrap(f"Written to {folder}: {', '.join(report.written)}.", width, "", "  ") if report.written else []
    if report.kept:
        lines += wrap(f"In {folder} already, with the same content: {', '.join(report.kept)}.", width, "", "  ")
    for one in report.remarks:
        lines += wrap(visible(one), width, "", "  ")
    return lines


def _advice(one: Advice, files: bool, paint: Paint, width: int) -> list[str]:
    word = one.answer or ANSWERS[one.verdict]
    first, *rest = wrap(visible(one.sentence, 1200), width, f"{word}  ", "  ")
    lines = [first.replace(word, paint(word, _STYLE[one.verdict]), 1), *rest]
    if one.steps:
        lines += ["", paint("The exchange of the certificate, step by step", "1")]
        for number, step in enumerate(one.steps, 1):
            lines += [f"  {number}. {visible(step.title)}"]
            for when, remarks in (("before", step.before), ("after", step.after)):
                lines += [f"     {when}:", *(line for each in _remarks(remarks, width - 5) for line in (f"     {each}",))] if remarks else []
    if one.before:
        lines += ["", paint("First", "1"), *wrap(visible(one.before, 4000), width, "  ")]
    if one.now:
        lines += ["", paint("As it is now", "1"), *_remarks(one.now, width)]
    if one.remarks:
        lines += ["", paint("What no trust store mends", "1"), *_remarks(one.remarks, width)]
    if one.choices:
        lines += ["", paint("The choices, each judged again as the only thing in the trust store", "1")]
        for number, choice in enumerate(one.choices, 1):
            lines += _choice(number, choice, one, paint, width)
    for lost in one.missing:
        lines += ["", paint("An issuer that is nowhere", "1")]
        for label, value in lost.lines:
            lines += wrap(f"{label}: {visible(value)}", width, "  ", "    ")
    lines += _platforms(one, paint, width)
    if one.question:
        lines += ["", paint("To ask, ready to paste", "1"), *_block(one.question)]
    if one.ticket:
        lines += ["", paint(f"To send to {visible(one.ticket[0])}, ready to paste", "1"), *_block(one.ticket[1])]
    if one.choices and not files:
        lines += [
            "",
            *wrap("Nothing was written. --write DIR writes these certificates as PEM and DER, a store for Java, a bundle for OpenSSL, and the texts.", width),
        ]
    return [*lines, "", "Again", f"  {visible(one.repeat, 4000)}"]


def _remarks(remarks: tuple[Remark, ...], width: int) -> list[str]:
    lines: list[str] = []
    for tone, says in remarks:
        lines += wrap(visible(says, 1500), width, f"  {TONES[tone]:<8}", " " * 10)
    return lines


def _choice(number: int, choice: ChoiceText, one: Advice, paint: Paint, width: int) -> list[str]:
    lines = [paint(f"  {number}. {choice.heading}", "1" if choice.best else "0") if choice.best else f"  {number}. {choice.heading}"]
    for each in choice.certificates:
        lines += _certificate(each, one, width)
    for stack in choice.stacks:
        state = "trusts it" if stack.trusts else "refuses"
        state += ", but not the name" if stack.trusts and stack.name_refused else ""
        lines += wrap(f"{stack.title}: {state}{'' if stack.verified else ' (predicted, never compared)'}", width, "     ", "       ")
        if stack.says and not stack.trusts:
            lines += wrap(visible(stack.says), width, "       | ", "       | ")
    lines += wrap(visible(choice.proof), width, "     ")
    for tone, says in choice.remarks:
        lines += wrap(f"{TONES[tone]}: {visible(says)}", width, "     ", "       ")
    return lines


def _certificate(each: Installed, one: Advice, width: int) -> list[str]:
    text = next(found for found in one.certificates if found.number == each.number)
    lines = wrap(f'"{visible(text.title, 200)}", {moment(text.not_before)} to {moment(text.not_after)}', width, "     ", "       ")
    for label, value in (("Subject", text.subject), ("Issuer", text.issuer), ("Serial", text.serial)):
        lines += wrap(f"{label}: {visible(value)}", width, "       ", "         ")
    for label, value in (("SHA-256", text.sha256), ("SHA-1", text.sha1), ("MD5", text.md5)):
        short = len(label) + len(value) + 9 <= width
        lines += [f"       {label}: {value}"] if short else [f"       {label}:", *wrap(value, width, "     ")]
    lines += wrap(f"Known: {visible(each.origin)}", width, "       ", "         ")
    if each.verify:
        lines += wrap("Compare its fingerprint over another channel before it is trusted.", width, "       ", "         ")
    for tone, says in each.remarks:
        lines += wrap(f"{TONES[tone]}: {visible(says)}", width, "       ", "         ")
    return lines


def _platforms(one: Advice, paint: Paint, width: int) -> list[str]:
    usable = [each for each in one.platforms if not each.refuses]
    if not one.platforms:
        return []
    lines = ["", paint("How to install it (with the files that --write DIR makes)", "1")]
    for each in usable[:PLATFORMS]:
        lines.append(f"  {each.platform}")
        for do, commands in each.steps:
            lines += wrap(visible(do, 1200), width, "    - ", "      ")
            lines += [f"        {visible(line, 1000)}" for line in commands]
    more = [each.platform for each in usable[PLATFORMS:]]
    if more:
        lines += wrap(f"In the HTML, Markdown and JSON formats also: {'; '.join(more)}.", width, "  ")
    refusing = [each for each in one.platforms if each.refuses]
    if refusing:
        lines += wrap(f"Not enough for {', '.join(each.platform.partition(':')[0] for each in refusing)}. {refusing[0].refuses}", width, "  ", "    ")
    return lines


def _block(text: str) -> list[str]:
    return [f"  | {line}".rstrip() for line in visible_lines(text, WIDEST, BLOCK)]
