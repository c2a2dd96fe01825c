"""The report of an inspection: what files hold, what fits together, and which chains can be built of them."""

import shlex
from dataclasses import replace

from probe.case.case import Case
from probe.case.file_chains import Chain, End, OpenEnd
from probe.case.files import Files
from probe.case.path import Origin, Path, Why
from probe.case.requests import remarks
from probe.case.served import Beside, Standing, beside
from probe.causes.words import Certainty, Effect, Verdict
from probe.diagnose import Diagnosis
from probe.facts.certificate import Certificate, title
from probe.facts.files import Inspecting
from probe.facts.profile import Agreement
from probe.facts.target import Target
from probe.report import ChainBox, ChainText, InspectionText, Result
from probe.report.certificates import WORDS, Numbers
from probe.report.file_texts import dates, file_texts, plural

CHAINS = 60
CERTIFICATES = 300
"""Chains and certificates that a report shows in full; the saved observation has them all."""
MISSING, ALIKE = 60, 40
_EDGE = (Why.ISSUER_REKEYED, Why.BAD_SIGNATURE, Why.KEY_ID, Why.SIGNATURE_UNKNOWN)
_HARD = frozenset({Why.EXPIRED, Why.NOT_YET_VALID, Why.NOT_A_CA, Why.BAD_SIGNATURE, Why.ISSUER_REKEYED, Why.UNREADABLE})
ENDS = {
    End.ROOT: "complete: it ends in a root that is in the files",
    End.STORE: "complete for a server: its root is not in the files, and is in the trust store of this machine",
    End.FETCHED: "it ends in a root, with certificates that are not in the files",
    End.ITSELF: "it signed itself: whoever shall trust it needs this very certificate",
    End.OPEN: "it ends here: the issuer of the last one is not in the files",
    End.REKEYED: "it ends here: what has the issuer's name has another key",
    End.BROKEN: "a signature in it is wrong",
}
_TONES = {"breaks": "bad", "risks": "warn", "note": "note", "good": "good"}
_STANDINGS = {
    Standing.SAME: ("it sends the certificate that is in the files", "good"),
    Standing.FILE_NEWER: ("it still sends an older certificate than the files have", "bad"),
    Standing.FILE_OLDER: ("it sends a newer certificate than the files have", "bad"),
    Standing.OTHER: ("it sends a certificate for other names", "bad"),
    Standing.LEADS: ("the chain that it sends leads to an authority in the files", "good"),
    Standing.AWAY: ("the chain that it sends leads to none of the authorities in the files", "bad"),
    Standing.UNKNOWN: ("nothing could be compared", "warn"),
}


def shown(case: Case) -> tuple[Certificate, ...]:
    """The certificates that the report describes in full: of chains first, then those that look alike, then the others."""
    files = case.files
    first = [link.certificate for one in files.chains[:CHAINS] for link in one.path.links]
    alike = [one for group in files.lookalikes[:ALIKE] for one in group]
    sent = [one for served in case.observation.against for one in served.presented]
    return tuple(dict.fromkeys((*first, *alike, *sent, *files.certificates)))[:CERTIFICATES]


def repeat(target: Target) -> str:
    """The command that looks again."""
    asked = target.inspecting or Inspecting(sources=())
    words = ["probe", "inspect", *(f"./{one}" if one.startswith("-") and one != "-" else one for one in asked.sources)]
    named = (("--password-env", asked.password_env), ("--against", asked.against), ("--saved", asked.saved), ("--as", target.stack))
    for option, value in named:
        words += [option, value] if value else []
    words += profiled(target)
    words += ["--at", f"{target.at:%Y-%m-%dT%H:%M:%SZ}"] if target.at else []
    for source in target.trust:
        words += ["--trust", source] if target.trust != ("system",) else []
    words += ["--fetch"] if target.fetch else []
    words += ["--fetch-private"] if target.fetch_private else []
    return shlex.join(words)


def profiled(target: Target) -> list[str]:
    """The options of the profile that files were looked at with."""
    words = ["--profile", target.profile] if target.profile else []
    words += ["--env", target.env] if target.env else []
    words += ["--endpoint", target.endpoint] if target.endpoint else []
    for name, value in target.variables:
        words += ["--var", f"{name}={value}"]
    return words


def turned(result: Result, found: Diagnosis, numbers: Numbers) -> Result:
    """The report of a check made into that of an inspection."""
    case = found.case
    files = case.files
    texts, left_out = file_texts(files, numbers)
    inspection = InspectionText(
        summary=summary(files),
        files=texts,
        files_left_out=left_out,
        pairs=pairs(files),
        chains=tuple(pictured(files, one, numbers) for one in files.chains[:CHAINS]),
        chains_left_out=max(0, len(files.tips) - CHAINS),
        missing=tuple(_missing(one) for one in files.open_ends[:MISSING]),
        lookalikes=tuple(numbers.known(group) for group in files.lookalikes[:ALIKE]),
        against=tuple(_beside(one) for one in beside(files)),
        requests=requests(files, case.observation.agreement),
    )
    return replace(
        result,
        sentence=sentence(found, inspection.summary),
        stacks=(),
        chain=(),
        handshake=(),
        forecast="",
        revocation="",
        client=(),
        checks=(),
        circumstances=circumstances(case),
        inspection=inspection,
        unread=not any(entry.certificate is None or entry.certificate.read.subject for one in files.every for entry in one.entries if not entry.problem),
    )


def sentence(found: Diagnosis, held: str) -> str:
    """The answer in one sentence."""
    target, cause = found.case.target, found.cause
    if cause is None:
        risks = sum(1 for one in found.findings if one.effect is Effect.RISKS)
        tail = f" {plural(risks, 'risk')} {'is' if risks == 1 else 'are'} named below." if risks else ""
        return f"{target.spelled}: nothing stands against {held}.{tail} {unchecked(found.case.files)}".rstrip()
    likely = "" if cause.certainty is Certainty.PROVEN else " (likely)" if cause.certainty is Certainty.LIKELY else ""
    if found.verdict is Verdict.UNDECIDED:
        return f"{target.spelled}: not decided ({held}). {cause.summary}"
    return f"{target.spelled}: {cause.summary}{likely}"


def unchecked(files: Files) -> str:
    """A sentence about stores whose check value nobody could compare, "" when there is none: they may have been altered."""
    names = tuple(one.path for one in files.every if one.unchecked)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    # The check value covers password and content at once, so that the usual password says nothing where it does not fit.
    return f"Whether {', '.join(names[:3])}{more} {'was' if len(names) == 1 else 'were'} altered was not checked: that needs the password." if names else ""


def summary(files: Files) -> str:
    """What is in the files, counted."""
    requests = sum(1 for one in files.places if one.entry.kind == "request")
    keys = sum(one.keys for one in files.every)
    parts = [plural(len(files.certificates), "certificate")]
    parts += [plural(keys, "private key")] if keys else []
    parts += [plural(requests, "request")] if requests else []
    return f"{', '.join(parts)} in {plural(len(files.every), 'file')}"


def pairs(files: Files) -> tuple[str, ...]:
    """Which key belongs to what, and which request to which certificate."""
    found = []
    for one in files.pairs:
        theirs = [f'the certificate "{title(place.entry.certificate)}" in {place.words}' for place in one.certificates if place.entry.certificate]
        theirs += [f"the request in {place.words}" for place in one.requests]
        fits = (
            f"belongs to {' and '.join(theirs[:4])}{f' and {len(theirs) - 4} more' if len(theirs) > 4 else ''}"
            if theirs
            else "belongs to nothing in these files"
        )
        found.append(f"The key in {one.key.words} ({one.key.entry.what}) {fits}.")
    found += [f"The key in {one.words} was not opened, so that nothing is known of what it belongs to." for one in files.keys if not one.entry.public]
    for request in files.requests:
        place = request.place.words
        found += [f'The request in {place} has the same key as the certificate "{title(one)}" in {files.words(one)}.' for one in request.same_key[:2]]
        found += [f'The request in {place} has the same name as "{title(one)}" in {files.words(one)}, and another key.' for one in request.same_name[:2]]
    return tuple(found[:100])


def pictured(files: Files, one: Chain, numbers: Numbers) -> ChainText:
    """One chain as a reader sees it: what it is called, how it ends, and its boxes."""
    boxes = [_box(files, one.path, place, numbers) for place in range(len(one.path.links))]
    end = ENDS[one.end]
    if one.absent:
        end = "complete only with certificates that are not in the files"
    if one.end in (End.OPEN, End.REKEYED):
        issuer = one.top.read.issuer
        boxes[-1] = replace(boxes[-1], edge=boxes[-1].edge if one.end is End.REKEYED else "issued by", edge_tone="warn")
        if one.end is End.OPEN and issuer is not None:
            boxes.append(ChainBox(title=_short(one.top), place="not in the files", lines=(issuer.text,), tone="missing", number=None))
    return ChainText(title=title(one.tip), end=end, boxes=tuple(boxes), others=len(one.others))


def requests(files: Files, agreement: Agreement | None) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What is to be said about each request before it is handed in: its place, and (tone, sentence)."""
    return tuple((one.place.words, tuple((_TONES[each.weight], each.text) for each in remarks(files, one, agreement))) for one in files.requests[:MISSING])


def _box(files: Files, path: Path, place: int, numbers: Numbers) -> ChainBox:
    link = path.links[place]
    against = [one for one in path.objections if one.at == place and one.why not in (*_EDGE, Why.ISSUER_UNKNOWN)]
    edges = [one for one in path.objections if one.at == place and one.why in _EDGE]
    lines = (*((dates(link.certificate),) if dates(link.certificate) else ()), *(WORDS[one.why] for one in against))
    where = files.words(link.certificate)
    absent = link.origin is not Origin.PRESENTED
    tone = "missing" if absent and place < len(path.links) - 1 else "bad" if any(one.why in _HARD for one in against) else "warn" if against else "good"
    last = place == len(path.links) - 1
    edge, edge_tone = (WORDS[edges[0].why], "bad") if edges else ("", "good") if last else ("signed by", "good")
    return ChainBox(
        title=title(link.certificate),
        place=f"not in the files; {where}" if absent else where,
        lines=lines,
        tone=tone,
        number=numbers.of(link.certificate),
        edge=edge,
        edge_tone=edge_tone,
    )


def _short(certificate: Certificate) -> str:
    issuer = certificate.read.issuer
    attributes = dict(issuer.attributes) if issuer else {}
    return attributes.get("CN") or attributes.get("O") or attributes.get("OU") or (issuer.text if issuer else "")


def _missing(one: OpenEnd) -> tuple[str, tuple[tuple[str, str], ...]]:
    lines = [("Distinguished name", one.issuer.text or "empty")]
    lines += [("Organisation", one.organisation)] if one.organisation else []
    lines += [("Key identifier", key) for key in one.key_ids[:4]]
    lines += [("To be had at", url) for url in one.urls[:4]] or [("To be had at", "the certificate names no place; ask whoever issued it")]
    lines += [("Wanted by", ", ".join(title(other) for other in one.wanted_by[:4]) + (f" and {len(one.wanted_by) - 4} more" if len(one.wanted_by) > 4 else ""))]
    lines += [("Look out", "a certificate of this name is in the files, with another key")] if one.lookalike else []
    return next((value for label, value in one.issuer.attributes if label == "CN"), one.issuer.text), tuple(lines)


def _beside(one: Beside) -> tuple[str, str, str]:
    where = one.served.target if one.served.address in ("", one.served.target) else f"{one.served.target} ({one.served.address})"
    says, tone = _STANDINGS[one.standing]
    if one.standing in (Standing.FILE_NEWER, Standing.FILE_OLDER, Standing.OTHER):
        says += ", with the same key" if one.same_key else ", with another key"
    if one.standing is Standing.SAME:
        behind = "the file holds it alone" if one.alone else "and the same chain behind it"
        if one.lacking or one.beyond or one.reordered:
            behind = "and another chain behind it" if one.lacking or one.beyond else "and the same ones behind it in another order"
        says += f", {behind}"
    if one.standing is Standing.UNKNOWN and one.served.why:
        says += f": {one.served.why}"
    return where, says, tone


def circumstances(case: Case) -> tuple[tuple[str, str], ...]:
    """With what and under which assumptions the files were judged."""
    seen = case.observation
    stores = [f"{one.source}: {one.size} anchors" for one in seen.stores if one.kind != "none"]
    found = [("Files", ", ".join(seen.target.inspecting.sources) if seen.target.inspecting else "")]
    found += [("Roots known besides", "; ".join(stores))] if stores else []
    if (profile := seen.agreement) is not None:
        found.append(("Profile", f"{profile.profile} ({profile.title})" + (f", environment {profile.environment}" if profile.environment else "")))
    found.append(("Judged for", f"{case.at:%Y-%m-%d %H:%M:%S} UTC" + ("" if seen.target.at is None else " (given by --at)")))
    found.append(("Missing issuers", "fetched from the URLs in the certificates (--fetch)" if seen.target.fetch else "not fetched (--fetch gets them)"))
    found += [("Fetched", one.url) for one in seen.fetches[:8]]
    found.append(("Made with", f"probe {seen.probe}, " + ", ".join(f"{name} {version}" for name, version in seen.libraries)))
    found.append(("Not examined", "revocation, and what a certificate is used for"))
    return tuple(found)
