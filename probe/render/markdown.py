"""The report as Markdown for a ticket (CommonMark, and tables as GitHub and GitLab read them): what to do first, the proof below.

Whatever comes from outside is escaped in running text and fenced where it is to be copied, so that nothing in it is markup.
"""

import re
from collections.abc import Iterable, Sequence

from probe.causes.words import Effect
from probe.render.visible import visible, visible_lines
from probe.render.words import (
    CERTAINTIES,
    STATES,
    accepts,
    answer,
    effect,
    moment,
    others,
    platforms,
    primary,
    saving,
    stages,
    standing_in_the_way,
    together,
)
from probe.report import BeforeText, CertificateText, FoundText, RemedyText, Report, Result

MOST = 40
"""Entries of any one list that are shown."""

BLOCK, WIDEST = 400, 4000
"""Lines and characters a line of a text to copy."""

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~#$]")
_OPENING = re.compile(r"^(\d{1,9})([.)])|^([-+=:])")
_TICKS = re.compile(r"`+")


def render(report: Report) -> str:
    """Write the report, a line feed at its end. The same report gives the same text."""
    parts = [_summary(report.results)] if len(report.results) > 1 else []
    if report.domain is not None:
        from probe.render.controllers import markdown  # few reports are about a domain

        parts.insert(0, markdown(report.domain, escaped, table))
    parts += [_result(one) for one in report.results]
    if report.before is not None:
        parts.append(_before(report.before))
    lines = [line for number, part in enumerate(parts) for line in (["---", ""] if number else []) + part]
    return "\n".join(lines or ["Nothing was checked.", ""]) + f"\n{escaped(report.made_by)}\n"


def _before(one: BeforeText) -> list[str]:
    """What was found in the files before anything was connected to."""
    said = [f"- {step.state}: {escaped(step.says)}" + (f" Next: {escaped(step.next)}" if step.next else "") for step in one.steps]
    return [f"## {escaped(one.title)}", "", *said, ""]


def escaped(text: str) -> str:
    """A text for one line of Markdown: visible, and with nothing in it that acts as markup, wherever in a line it is put."""
    shown = _SPECIAL.sub(r"\\\g<0>", visible(text).strip())
    return _OPENING.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", shown)


def code(text: str, cell: bool = False) -> str:
    """A text as a code span, which holds any text (CommonMark 0.31 section 6.1); in a cell of a table the bar has to be escaped even there."""
    shown = visible(text).strip().replace("|", "\\|" if cell else "|") or " "
    ticks = "`" * (max((len(one) for one in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fenced(texts: str | Iterable[str], language: str = "") -> list[str]:
    """Texts of several lines to copy; the fence is longer than any run of its character in them."""
    every = (texts,) if isinstance(texts, str) else texts
    lines = [line.rstrip() for one in every for line in visible_lines(one, WIDEST, BLOCK)]
    fence = "`" * max(3, 1 + max((len(one) for line in lines for one in _TICKS.findall(line)), default=0))
    return [f"{fence}{language}", *lines, fence, ""]


def _summary(results: Sequence[Result]) -> list[str]:
    rows = [(escaped(one.target), answer(one), code(one.cause.code, cell=True) if one.cause else "") for one in results]
    return [f"# {len(results)} connections", "", *table(("Connection", "Answer", "Cause"), rows)]


def _result(result: Result) -> list[str]:
    sections = (
        [
            f"# {answer(result).capitalize()}: {escaped(result.target)}",
            "",
            escaped(result.sentence),
            "",
            *([escaped(f"Revocation: {result.revocation}"), ""] if result.revocation else []),
            *([escaped(result.forecast), ""] if result.forecast else []),
        ],
        _cause(result),
        _remedies(result),
        _messages(result),
        _stacks(result),
        _client(result),
        _checks(result),
        _inspection(result),
        _certificates(result.certificates),
        _evidence(result),
        _findings("Other findings", others(result)),
        _findings("Follows from the cause", result.explained),
        _missed(result),
        _how(result),
    )
    return [line for section in sections for line in section]


def _cause(result: Result) -> list[str]:
    lines = []
    if cause := result.cause:
        lines += ["## Cause", "", f"**{escaped(cause.title)}** ({code(cause.code)}, {CERTAINTIES[cause.certainty]})", "", escaped(cause.summary), ""]
        lines += [f"Who must act: **{escaped(cause.owner_text)}**", ""]
    if result.candidates:
        lines += [
            f"## {'It could also be' if result.cause else 'It could be'}",
            "",
            *_list(f"{code(one.code)} {escaped(one.why)}" for one in result.candidates),
        ]
    return lines


def _remedies(result: Result) -> list[str]:
    if not result.remedies:
        return []
    known = {one.number: one for one in result.certificates}
    return ["## What to do", "", *(line for number, one in enumerate(result.remedies[:MOST], 1) for line in _remedy(one, number, known))]


def _remedy(remedy: RemedyText, number: int, known: dict[int, CertificateText]) -> list[str]:
    lines = [f"### Step {number}: {escaped(remedy.text)}", ""]
    if remedy.owner_text:
        lines += [f"Who: {escaped(remedy.owner_text)}", ""]
    about = [f"Certificate {one}: {escaped(known[one].title)}, SHA-256 {code(known[one].sha256)}" for one in remedy.about if one in known]
    lines += _list(about)
    shown, named = platforms(remedy)
    for step in shown:
        lines += [f"**{escaped(step.platform)}:** {escaped(step.do)}" if step.platform else escaped(step.do), ""]
        lines += fenced(step.commands, "sh") if step.commands else []
    if named:
        lines += [f"Also for {escaped(', '.join(named))}: {code(f'probe causes {remedy.for_code}')} and the HTML report say how.", ""]
    if remedy.proof:
        lines += [f"Tried: {escaped(remedy.proof)}", ""]
    return lines + (["To see that it helped:", "", *fenced(remedy.check, "sh")] if remedy.check else [])


def _messages(result: Result) -> list[str]:
    if not result.messages:
        return []
    return ["## Messages, ready to paste", "", *(line for title, text in result.messages for line in (f"### {escaped(title)}", "", *fenced(text, "text")))]


def _stacks(result: Result) -> list[str]:
    if not result.stacks:
        return []
    lines = ["## What each client says", ""]
    for one in result.stacks[:MOST]:
        lines += [f"**{escaped(one.title)}: {accepts(one)}**", ""]
        lines += fenced(one.says, "text") if one.says else []
        lines += ["Predicted; not verified with the real program.", ""] if one.accepts is not None and not one.verified else []
        blocked = standing_in_the_way(one)
        lines += ["It would stop at each of these:", "", *_list(map(escaped, blocked))] if len(blocked) > 1 else []
        lines += [escaped(one.note), ""] if one.note else []
    return lines


def _client(result: Result) -> list[str]:
    return ["## Client certificate", "", *_list(f"{escaped(label)}: {escaped(value)}" for label, value in result.client)] if result.client else []


def _checks(result: Result) -> list[str]:
    lines = []
    for one in result.checks[:MOST]:
        lines += [f"### {escaped(one.title or one.id)}: {STATES[one.state]}", "", f"{code(one.question)} ({code(one.id)})", "", escaped(one.says), ""]
        lines += _list(f"{escaped(label)}: {escaped(value)}" for label, value in one.answer)
        lines += [escaped(one.explain), ""] if one.explain else []
        lines += _list(map(escaped, one.do))
        lines += [f"The official text: {escaped(one.official)}", ""] if one.official else []
        lines += [f"Shown to work: {escaped(', '.join(one.proves))}.", ""] if one.proves else []
        lines += [f"Not verified{f' (source: {escaped(one.source)})' if one.source else ''}.", ""] if not one.verified else []
    return ["## Application checks", "", *lines] if lines else []


def _inspection(result: Result) -> list[str]:
    if result.inspection is None:
        return []
    from probe.render.inspection_markdown import lines  # most reports are about a connection

    return lines(result, escaped, table)


def _certificates(certificates: Sequence[CertificateText]) -> list[str]:
    if not certificates:
        return []
    rows = [
        (
            str(one.number),
            escaped(one.title),
            escaped(", ".join((one.standing, *one.marks))),
            escaped(one.issuer),
            f"{moment(one.not_before)[:10]} to {moment(one.not_after)[:10]}",
            code(one.sha256, cell=True),
        )
        for one in certificates[:MOST]
    ]
    return ["## Certificates", "", *table(("No.", "Certificate", "What about it", "Issuer", "Valid", "SHA-256"), rows), *_more(len(certificates))]


def _evidence(result: Result) -> list[str]:
    found = primary(result)
    lines = _list(f"{escaped(one.says)} ({code(one.at)})" for one in found.evidence) if found else []
    if found and found.commands:
        shows = [f"Look for: {escaped(found.shows)}", ""] if found.shows else []
        lines += ["### See for yourself, without the probe", "", *_list(map(escaped, saving(result, found))), *fenced(found.commands, "sh"), *shows]
    if result.handshake:
        lines += ["### The connection", "", *_list(f"{escaped(label)}: {escaped(value)}" for label, value in result.handshake)]
    return ["## Evidence", "", *lines] if lines else []


def _findings(title: str, found: Sequence[FoundText]) -> list[str]:
    lines = []
    for one in found:
        words = f"{code(one.code)}, {effect(one)}, {CERTAINTIES[one.certainty]}"
        stops = f", stops only {escaped(', '.join(one.stacks))}" if one.stacks else ""
        who = f" Who must act: {escaped(one.owner_text)}." if one.effect is not Effect.NOTE else ""
        lines.append(f"{escaped(one.summary or one.title)} ({words}{stops}).{who}")
    return [f"## {title}", "", *_list(lines)] if lines else []


def _missed(result: Result) -> list[str]:
    missed = [f"{escaped(stages(codes))}: {escaped(why)}" for why, codes in together(result.not_observed)]
    missed += [f"{escaped(one)} (a defect of the probe: this cause could not be judged)" for one in result.defects]
    return ["## Not looked at", "", *_list(missed)] if missed else []


def _how(result: Result) -> list[str]:
    lines = ["## How to repeat it", "", *(fenced(result.repeat, "sh") if result.repeat else [])]
    return lines + _list([f"Looked at: {moment(result.taken_at)}", *(f"{escaped(label)}: {escaped(value)}" for label, value in result.circumstances)])


def _list(texts: Iterable[str]) -> list[str]:
    every = list(texts)
    return [*(f"- {one}" for one in every[:MOST]), *([""] if every else []), *_more(len(every))]


def _more(count: int) -> list[str]:
    return [f"{count - MOST:,} more; the html and json formats have them all.", ""] if count > MOST else []


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A table whose cells are Markdown already."""
    lines = [heads, ("---",) * len(heads), *rows]
    return [*(f"| {' | '.join(one)} |" for one in lines), ""]
