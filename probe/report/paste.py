"""One message for each who must act, ready to paste into a mail or a ticket: what was found, on which certificates, what to do, how to check it."""

from probe.causes.catalogue import entry
from probe.causes.words import Effect, Owner
from probe.diagnose import Diagnosis
from probe.facts.certificate import Certificate, fingerprint, title
from probe.report import RemedyText
from probe.report.certificates import serial_text
from probe.report.words import endpoint, owner, repeat, titled

HEADINGS = {
    Owner.SERVER: "For the operator of the server",
    Owner.CLIENT: "For the team that runs the client",
    Owner.NETWORK: "For the network team",
    Owner.DNS: "For the DNS team",
    Owner.CA: "For the certificate authority and the operator of the server",
    Owner.USER: "For whoever configured the target",
    Owner.NOBODY: "For information",
}

OF_FILES = "For whoever made or sent the files"
CERTIFICATES, PLATFORMS = 4, 3
"""How many a message names; the report has them all."""


def paste(found: Diagnosis, remedies: tuple[RemedyText, ...]) -> tuple[tuple[str, str], ...]:
    """(heading, text) in the order of the findings; only what breaks or risks something is worth a message."""
    owners: dict[Owner, list[str]] = {}
    target = found.case.target
    for one in found.findings:
        known = entry(one.code)
        if known is None or one.effect is Effect.NOTE:
            continue
        lines = owners.setdefault(one.owner or known.cause.owner, [])
        lines.append(f"{titled(one.code, target)} ({one.code}, {one.certainty}).")
        lines.append(one.summary)
        lines += [f"- {evidence.says}" for evidence in one.evidence[:6]]
        lines += [line for certificate in one.about[:CERTIFICATES] for line in _certificate(certificate)]
        lines += [line for remedy in remedies if remedy.for_code == one.code for line in _remedy(remedy)]
        lines.append("")
    kind, place = ("look at", "on") if target.inspecting else ("call to", "at") if target.listening else ("check of", "from")
    opening = f"A {kind} {endpoint(target)} on {found.case.observation.taken_at:%Y-%m-%d %H:%M} UTC {place} {found.case.observation.vantage.host} found:"
    checks = ("To check whether it works then:", f"  {repeat(target)}")
    made = []
    for one_owner, lines in owners.items():
        heading = OF_FILES if target.inspecting and one_owner is Owner.USER else HEADINGS[one_owner]
        made.append((heading, "\n".join((f"To {owner(one_owner, target)}:", "", opening, "", *lines, *checks)) + "\n"))
    return tuple(made)


def _certificate(one: Certificate) -> list[str]:
    """A certificate so that nobody can take it for another."""
    read = one.read
    lines = [f"- Certificate: {title(one)}"]
    lines += [f"    subject  {read.subject.text}"] if read.subject and read.subject.text else []
    lines += [f"    issuer   {read.issuer.text}"] if read.issuer and read.issuer.text else []
    lines += [f"    serial   {serial_text(read.serial)}"] if read.serial is not None else []
    lines += [f"    valid    {read.not_before:%Y-%m-%d} to {read.not_after:%Y-%m-%d}"] if read.not_before and read.not_after else []
    return [*lines, f"    SHA-256  {fingerprint(one)}"]


def _remedy(one: RemedyText) -> list[str]:
    """What to do, and how on the first platforms; what was tried about it."""
    lines = [f"Please: {one.text}"]
    for step in one.steps[:PLATFORMS]:
        lines += [f"- {step.platform}: {step.do}" if step.platform else f"- {step.do}", *(f"    {command}" for command in step.commands)]
    more = ", ".join(step.platform for step in one.steps[PLATFORMS:])
    lines += [f"- Other platforms ({more}): see the HTML report, or: probe causes {one.for_code}"] if more else []
    return [*lines, one.proof] if one.proof else lines
