"""The report as plain text for a terminal: the answer first, then who does what, then the proof.

ASCII for everything of ours, so that it reads the same in every locale; colour only repeats what a word has said.
"""

from collections.abc import Callable, Iterable, Sequence

from probe.causes.words import Effect
from probe.render.visible import LIMIT, cells, visible, visible_lines
from probe.render.words import (
    CERTAINTIES,
    STATES,
    TONES,
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
    tone,
)
from probe.render.wrapping import fit, wrap
from probe.report import CertificateText, ChainBox, FoundText, RemedyText, Report, Result, Verdict

NARROW, WIDE = 80, 120
"""Columns: a narrower terminal gets lines that it breaks itself, a wider one keeps a line that the eye can follow."""

SENTENCE = 10
"""Lines of any one sentence when everything is well: the longest of ours have five, and hostile text gets no more room than that."""

MOST = 40
"""Entries of any one list that are shown; the other formats have them all."""

APPLICATION = "the application answers"
"""What a check proves that reached all it was made for, in the words of the report."""

NAMED = 5
"""So many findings when everything is well have a code at least: what does not fit in full is not lost behind a number."""

DNS_RECORDS = ("Who may issue (CAA)", "Expected certificates (TLSA)", "Names of the addresses (PTR)", "DNSSEC", "Hosts file", "Search list")
"""What ``--dns-records`` asks for, by its labels in the report."""

COMMAND = 4000
"""Characters of a command that are shown: it is to be copied, so it is never wrapped and hardly ever cut."""

_SGR = {"red": "1;31", "green": "1;32", "yellow": "1;33", "blue": "1;36", "bold": "1", "dim": "2"}
_VERDICT = {Verdict.WORKS: "green", Verdict.FAILS: "red", Verdict.DEPENDS: "yellow", Verdict.UNDECIDED: "blue"}
_TONE = {"good": "green", "bad": "red", "warn": "yellow", "missing": "red"}

Paint = Callable[[str, str], str]


def render(report: Report, colour: bool, width: int) -> str:
    """Write the report, a newline at the end. ``width`` is in columns (taken as 80 to 120); ``colour`` adds SGR sequences, nothing else changes."""
    width = min(max(width, NARROW), WIDE)
    paint: Paint = _coloured if colour else _plain
    parts = [_result(one, paint, width) for one in report.results]
    if len(report.results) > 1:
        parts.append(_summary(report.results, paint, width))
    if report.domain is not None:
        from probe.render.controllers import terminal  # few reports are about a domain

        parts.append(terminal(report.domain, paint, width))
    rule = "" if len(parts) < 2 else "\n" + "-" * width + "\n"
    return f"\n{rule}\n".join("\n".join(part) for part in parts) + "\n" if rule else "\n".join(parts[0] if parts else ["Nothing was checked."]) + "\n"


def _coloured(text: str, style: str) -> str:
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m"


def _plain(text: str, style: str) -> str:
    return text


def _result(result: Result, paint: Paint, width: int) -> list[str]:
    if result.verdict is Verdict.WORKS and result.inspection is None:
        return _works(result, paint, width)
    sections = [
        _verdict(result, paint, width),
        _cause(result, paint, width),
        _remedies(result, paint, width),
        _stacks(result, paint, width),
        _chain(result, paint, width),
        _client(result, paint, width),
        _checks(result, paint, width),
        *_inspection(result, paint, width),
        _findings("Also found", others(result), paint, width),
        _findings("Follows from the above", result.explained, paint, width),
        _evidence(result, paint, width),
        _fingerprints(result, paint, width),
        _not_observed(result, paint, width),
        _repeat(result, paint, width),
    ]
    return [line for number, section in enumerate(one for one in sections if one) for line in ([""] if number else []) + section]


def _verdict(result: Result, paint: Paint, width: int) -> list[str]:
    word = answer(result).upper()
    lines = wrap(visible(result.sentence), width, f"{word}  ", "  ")
    later = wrap(visible(result.forecast), width, "  ") if result.forecast and result.verdict is not Verdict.WORKS else []
    return [paint(word, _VERDICT[result.verdict]) + lines[0][len(word) :], *lines[1:], *later]


def _works(result: Result, paint: Paint, width: int) -> list[str]:
    """Everything is well: the whole in fewer than fifteen lines, risks before all else."""
    facts: list[tuple[str, str]] = []
    if result.chain:
        facts.append(("Chain", " <- ".join(visible(one.title, 80) for one in result.chain[:6])))
    if result.stacks:
        facts.append(("Clients", ", ".join(f"{visible(one.title.partition(' (')[0], 40)} {accepts(one)}" for one in result.stacks[:12])))
    if result.handshake:
        facts.append(("Connection", ", ".join(f"{visible(label, 40)} {visible(value, 60)}" for label, value in result.handshake[:4])))
    if result.client:
        facts.append(("Client cert", visible(result.client[0][1])))
        facts += [("On file", visible(value)) for label, value in result.client if label == "On file"]
        remarks = [visible(value) for label, value in result.client if label == "Remark"]
        more = f" ({_number(len(remarks) - 1, 'more remark')}: --format html or json)" if len(remarks) > 1 else ""
        facts += [("Remark", f"{remarks[0]}{more}")] if remarks else []
    facts += _profile(result)
    if result.revocation:
        facts.append(("Revocation", visible(result.revocation)))
    # What was asked for by an option is known to whoever gave it; what the environment says is not.
    facts += [("Proxy", visible(value)) for label, value in result.circumstances if label == "Proxy" and (_untold(value) or "--resolver" in value)]
    facts += [("DNS", f"{label}: {visible(value)}") for label, value in result.circumstances if label in DNS_RECORDS]
    if result.forecast:
        facts.append(("Forecast", visible(result.forecast)))
    lines = _verdict(result, paint, width)[:SENTENCE]
    for label, value in facts:
        lines += _row(label, value, width)
    found = [one for one in others(result) if one.effect is not Effect.NOTE] + [one for one in others(result) if one.effect is Effect.NOTE]
    for one in found[:3]:
        label = "Note" if one.effect is Effect.NOTE else "Risk"
        first, *rest = _row(label, visible(f"{one.code}: {one.summary or one.title}"), width)
        lines += [first if label == "Note" else first.replace(label, paint(label, "yellow"), 1), *rest]
    named = f" ({', '.join(one.code for one in found[3:])})" if len(found) <= NAMED else ""
    hidden = [f"{_number(len(found) - 3, 'more finding')}{named}"] if len(found) > 3 else []
    hidden += [_number(len(result.not_observed), "cause") + " not looked at"] if result.not_observed else []
    hidden += [_number(len(result.defects), "cause") + " not judged (a defect of the probe)"] if result.defects else []
    return lines + (_row("Not shown", f"{', '.join(hidden)}; the html and json formats name them", width) if hidden else [])


def _untold(value: str) -> bool:
    """Whether what is said of the proxy comes from the environment, and not from an option."""
    return "(named by --proxy)" not in value and "as --proxy says" not in value


def _row(label: str, value: str, width: int) -> list[str]:
    first, *rest = fit(value, width - 14, SENTENCE)
    return [f"  {label:<11} {first}", *(f"{'':14}{line}" for line in rest)]


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _cause(result: Result, paint: Paint, width: int) -> list[str]:
    lines: list[str] = []
    if cause := result.cause:
        lines += _heading("Cause", paint)
        lines += wrap(visible(cause.title), width, "  ")
        lines += wrap(visible(cause.summary), width, "  ")
        lines += ["", *wrap(f"{visible(cause.code)} ({CERTAINTIES[cause.certainty]})", width, "  Code      ")]
        lines += wrap(visible(cause.owner_text), width, "  Who acts  ")
    if result.candidates:
        lines += ["", *_heading("It could also be" if result.cause else "It could be", paint)]
        lines += _listed([f"{visible(one.code)}: {visible(one.why)}" for one in result.candidates], width)
    return lines[1:] if lines and not lines[0] else lines


def _remedies(result: Result, paint: Paint, width: int) -> list[str]:
    if not result.remedies:
        return []
    certificates = {one.number: one for one in result.certificates}
    lines = _heading("What to do", paint)
    for number, remedy in enumerate(result.remedies[:MOST], 1):
        lines += ([""] if number > 1 else []) + _remedy(remedy, number, certificates, paint, width)
    return lines


def _remedy(remedy: RemedyText, number: int, certificates: dict[int, CertificateText], paint: Paint, width: int) -> list[str]:
    lines = wrap(visible(remedy.text), width, f"  {number}. ")
    lines[0] = f"  {paint(f'{number}.', 'bold')}{lines[0][len(f'  {number}.') :]}"
    pad = "     "
    if remedy.owner_text:
        lines += wrap(visible(remedy.owner_text), width, f"{pad}Who: ")
    for about in remedy.about[:MOST]:
        if one := certificates.get(about):
            lines += _certificate(one, width)
    shown, named = platforms(remedy)
    for step in shown:
        lines += wrap(f"{visible(step.platform, 80)}: {visible(step.do)}" if step.platform else visible(step.do), width, f"{pad}- ")
        lines += [line for command in step.commands[:MOST] for line in _command(command, paint, f"{pad}    ")]
    if named:
        lines += wrap(f"- also for {visible(', '.join(named))}: probe causes {visible(remedy.for_code)}, or the html report", width, pad)
    if remedy.proof:
        lines += wrap(visible(remedy.proof), width, f"{pad}Tried: ")
    if remedy.check:
        lines += [f"{pad}To see that it helped:", *_command(remedy.check, paint, f"{pad}    ")]
    return lines


def _certificate(one: CertificateText, width: int) -> list[str]:
    pad = "       "
    return [
        *wrap(visible(one.subject), width, f"     Certificate {one.number}: "),
        *wrap(visible(one.issuer), width, f"{pad}issued by  "),
        *wrap(visible(one.serial, 120), width, f"{pad}serial     "),
        f"{pad}valid      {moment(one.not_before)} to {moment(one.not_after)}",
        *wrap(visible(one.sha256, 120), width, f"{pad}SHA-256    "),
    ]


def _command(text: str, paint: Paint, pad: str) -> list[str]:
    # Never wrapped: a broken line would be copied broken.
    return [pad + paint(line, "bold") if line else "" for line in (one.rstrip() for one in visible_lines(text, COMMAND, MOST))]


def _stacks(result: Result, paint: Paint, width: int) -> list[str]:
    if not result.stacks:
        return []
    lines = _heading("What each client says", paint)
    for one in result.stacks[:MOST]:
        does = accepts(one)
        title = fit(visible(one.title), width - 24)[0]
        lines.append(f"  {title}: {paint(does, 'green' if one.accepts else 'yellow' if one.accepts is None else 'red')}")
        for said in visible_lines(one.says, LIMIT, 6) if one.says else []:
            lines += wrap(said, width, "    | ", "    | ")
        if not one.verified and one.accepts is not None:
            lines.append("    (predicted; not verified with the real program)")
        blocked = standing_in_the_way(one)
        if len(blocked) > 1:
            lines += ["    It would stop at each of these, one after the other:", *_listed([visible(text) for text in blocked], width, "    - ")]
        lines += wrap(visible(one.note), width, "    ") if one.note else []
    return lines


def _chain(result: Result, paint: Paint, width: int) -> list[str]:
    if not result.chain:
        return []
    lines = _heading("The chain, from the server's certificate (top) towards the root", paint)
    for box in result.chain[:MOST]:
        lines += _box(box, box is result.chain[-1], paint, width)
    return lines + _left_out(len(result.chain), "certificates", "  ")


def _box(box: ChainBox, last: bool, paint: Paint, width: int) -> list[str]:
    kind = tone(box.tone)
    mark = f"{TONES[kind]:<8}"
    number = f"#{box.number}" if box.number is not None else "--"
    bar = " " if last and not box.edge else ":" if kind == "missing" or tone(box.edge_tone) in ("bad", "missing") else "|"
    lead = f"  {number:<4}"
    side = f"  {bar:<4}{'':9}"
    lines = fit(visible(box.title), width - len(lead) - 9, 3)
    shown = [f"{lead}{paint(mark, _TONE[kind])} {lines[0]}", *(f"{side}{line}" for line in lines[1:])]
    for text in (box.place, *box.lines[:8]):
        if text:
            shown += [f"{side}{line}" for line in fit(visible(text), width - cells(side), 2)]
    if box.edge:
        shown += [line.rstrip() for line in wrap(visible(box.edge), width, f"  {bar:<4}", f"  {bar:<4}")]
    elif not last:
        shown.append(f"  {bar} signed by")
    return [line.rstrip() for line in shown]


def _client(result: Result, paint: Paint, width: int) -> list[str]:
    if not result.client:
        return []
    lines = _heading("Client certificate", paint)
    for label, value in result.client[:MOST]:
        lines += wrap(visible(value), width, f"  {fit(visible(label), 34)[0]}: ", "    ")
    return lines + _left_out(len(result.client), "lines", "  ")


def _profile(result: Result) -> list[tuple[str, str]]:
    """The profile and its checks in a few lines, for what works."""
    if not result.profile:
        return []
    open_ = sum(1 for label, _ in result.profile if label == "Not verified")
    facts = [("Profile", visible(result.profile[0][1], 200) + (f"; {_number(open_, 'value')} in it not verified" if open_ else ""))]
    facts += [(label, visible(value)) for label, value in result.profile if label == "Names"]
    facts += [("Remark", visible(value)) for label, value in result.profile if label == "Client certificate"]
    done = [one for one in result.checks if one.state != "not done"]
    # Each once, by the answer that came last.
    for one in list({one.id: one for one in done}.values())[:MOST]:
        times = sum(1 for other in done if other.id == one.id)
        answer = ", ".join(f"{visible(label, 40)} {visible(value, 60)}" for label, value in one.answer)
        again = f" (asked {times} times)" if times > 1 else ""
        # Where the answer shows little, what it means is said; else the numbers are enough.
        means = f". {visible(one.says)}" if one.state == "well" and one.says and APPLICATION not in one.proves else ""
        facts.append(("Check", f"{visible(one.id, 60)}: {STATES[one.state]}{f', {answer}' if answer else ''}{again}{means}"))
    missing = [one for one in result.checks if one.state == "not done" and one.wanted]
    facts += [("Check", f"{visible(one.id, 60)}: {STATES[one.state]}. {visible(one.says)}") for one in missing[:MOST]]
    return facts


def _checks(result: Result, paint: Paint, width: int) -> list[str]:
    if not result.checks:
        return []
    lines = _heading("Application checks", paint)
    colours = {"well": "green", "problem": "red", "unread": "yellow"}
    for one in result.checks[:MOST]:
        word = STATES[one.state]
        head = fit(visible(f"{one.id}: {one.title}" if one.title else one.id), width - 20)[0]
        lines.append(f"  {head}: {paint(word, colours[one.state]) if one.state in colours else word}")
        lines += wrap(visible(one.question), width, "    asked     ")
        lines += [line for label, value in one.answer[:MOST] for line in wrap(visible(value), width, f"    {fit(visible(label), 24)[0]}: ", "      ")]
        lines += wrap(visible(one.says), width, "    ")
        lines += wrap(visible(one.explain), width, "    ") if one.explain else []
        lines += _listed([visible(text) for text in one.do], width, "    - ")
        lines += wrap(visible(one.official), width, "    The official text: ", "      ") if one.official else []
        lines += wrap("shown to work: " + visible(", ".join(one.proves)), width, "    ") if one.proves else []
        lines += wrap("not verified" + (f" (source: {visible(one.source)})" if one.source else ""), width, "    ") if not one.verified else []
    return lines + _left_out(len(result.checks), "checks", "  ")


def _findings(title: str, found: Sequence[FoundText], paint: Paint, width: int) -> list[str]:
    if not found:
        return []
    lines = _heading(title, paint)
    for one in found[:MOST]:
        words = f"{visible(one.code)}, {effect(one)}, {CERTAINTIES[one.certainty]}"
        lines += wrap(visible(one.summary or one.title), width, "  - ")
        lines += wrap(f"({words}; stops {', '.join(visible(name, 40) for name in one.stacks[:12])})" if one.stacks else f"({words})", width, "    ")
    return lines + _left_out(len(found), "findings", "  ")


def _evidence(result: Result, paint: Paint, width: int) -> list[str]:
    found = primary(result)
    if not found or not found.evidence:
        return []
    return _heading("Evidence", paint) + _listed([visible(one.says) for one in found.evidence], width) + _sceptic(result, found, paint, width)


def _sceptic(result: Result, found: FoundText, paint: Paint, width: int) -> list[str]:
    if not found.commands:
        return []
    lines = ["", *_heading("See for yourself, without the probe", paint)]
    for text in saving(result, found):
        lines += wrap(visible(text), width, "  - ")
    lines += [line for command in found.commands[:MOST] for line in _command(command, paint, "    ")]
    return lines + (wrap(visible(found.shows), width, "  ") if found.shows else [])


def _inspection(result: Result, paint: Paint, width: int) -> list[list[str]]:
    if result.inspection is None:
        return []
    from probe.render.inspection_terminal import sections  # most reports are about a connection

    return list(sections(result, paint, width))


def _fingerprints(result: Result, paint: Paint, width: int) -> list[str]:
    if result.inspection is None or not result.certificates:
        return []
    from probe.render.inspection_terminal import fingerprints

    return [*_heading("The certificates", paint), *fingerprints(result, width)]


def _not_observed(result: Result, paint: Paint, width: int) -> list[str]:
    missed = [f"{visible(stages(codes))}: {visible(why)}" for why, codes in together(result.not_observed)]
    missed += [f"{visible(one)} (a defect of the probe: this cause could not be judged)" for one in result.defects]
    return _heading("Not looked at", paint) + _listed(missed, width) if missed else []


def _repeat(result: Result, paint: Paint, width: int) -> list[str]:
    lines = [line for label, value in result.circumstances[:MOST] for line in wrap(visible(value), width, f"  {fit(visible(label), 24)[0]}: ", "    ")]
    if result.repeat:
        lines += ["  To repeat:", *_command(result.repeat, paint, "    ")]
    return _heading("How this was looked at", paint) + lines if lines else []


def _summary(results: Sequence[Result], paint: Paint, width: int) -> list[str]:
    lines = _heading(f"Summary of {len(results)} targets", paint)
    room = min(max(cells(visible(one.target)) for one in results), width // 2)
    for one in results:
        word = answer(one).upper() if one.verdict is not Verdict.DEPENDS else "DEPENDS"
        target = fit(visible(one.target), room)[0]
        code = fit(visible(one.cause.code), width - room - 15)[0] if one.cause else ""
        lines.append(f"  {paint(f'{word:<9}', _VERDICT[one.verdict])}  {target}{' ' * (room - cells(target))}  {code}".rstrip())
    return lines


def _heading(text: str, paint: Paint) -> list[str]:
    return [paint(text, "bold")]


def _listed(texts: Iterable[str], width: int, lead: str = "  - ") -> list[str]:
    every = list(texts)
    return [line for text in every[:MOST] for line in wrap(text, width, lead)] + _left_out(len(every), "entries", lead)


def _left_out(count: int, what: str, lead: str) -> list[str]:
    return [f"{lead}{count - MOST:,} more {what}; the html and json formats have them all"] if count > MOST else []
