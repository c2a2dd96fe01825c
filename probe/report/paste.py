"""One message for each who must act, ready to paste into a mail or a ticket."""

from probe.causes.catalogue import entry
from probe.causes.words import Effect, Owner
from probe.diagnose import Diagnosis
from probe.facts.certificate import fingerprint, title
from probe.report import RemedyText
from probe.report.words import endpoint, owner

HEADINGS = {
    Owner.SERVER: "For the operator of the server",
    Owner.CLIENT: "For the team that runs the client",
    Owner.NETWORK: "For the network team",
    Owner.DNS: "For the DNS team",
    Owner.CA: "For the certificate authority and the operator of the server",
    Owner.USER: "For whoever configured the target",
    Owner.NOBODY: "For information",
}


def paste(found: Diagnosis, remedies: tuple[RemedyText, ...]) -> tuple[tuple[str, str], ...]:
    """(heading, text) in the order of the findings; only what breaks or risks something is worth a message."""
    owners: dict[Owner, list[str]] = {}
    target = found.case.target
    for one in found.findings:
        known = entry(one.code)
        if known is None or one.effect is Effect.NOTE:
            continue
        lines = owners.setdefault(known.cause.owner, [])
        lines.append(f"{known.cause.title} ({one.code}, {one.certainty}).")
        lines.append(one.summary)
        lines += [f"- {evidence.says}" for evidence in one.evidence[:6]]
        for certificate in one.about[:4]:
            read = certificate.read
            dates = f", valid {read.not_before:%Y-%m-%d} to {read.not_after:%Y-%m-%d}" if read.not_before and read.not_after else ""
            lines.append(f"- Certificate: {title(certificate)}{dates}, SHA-256 {fingerprint(certificate)}")
        lines += [f"Please: {remedy.text}" for remedy in remedies if remedy.for_code == one.code]
        lines.append("")
    opening = f"A check of {endpoint(target)} on {found.case.observation.taken_at:%Y-%m-%d %H:%M} UTC from {found.case.observation.vantage.host} found:"
    made = []
    for one_owner, lines in owners.items():
        made.append((HEADINGS[one_owner], "\n".join((f"To {owner(one_owner, target)}:", "", opening, "", *lines)).rstrip() + "\n"))
    return tuple(made)
