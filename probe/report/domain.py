"""The table of a domain's controllers: which serve what, who is expired, whose name does not fit, which sends only its own certificate. Pure."""

from collections.abc import Sequence

from probe.case.case import Case
from probe.case.controllers import CATALOG, hosts, listed_in
from probe.case.directory import Directory, beside, directory
from probe.case.names import compare
from probe.causes.words import Verdict
from probe.diagnose import Diagnosis
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.observation import Lookup
from probe.facts.records import Service
from probe.report import ControllerRow, DomainText

LDAPS, LDAP = "ldaps", "ldap"
SILENT = "does not answer"
WORDS = {Verdict.WORKS: "works", Verdict.FAILS: "fails", Verdict.DEPENDS: "depends", Verdict.UNDECIDED: "undecided"}
TONES = {Verdict.WORKS: "good", Verdict.FAILS: "bad", Verdict.DEPENDS: "warn", Verdict.UNDECIDED: "warn"}
NXDOMAIN = 3
WORST = ("NO", "not seen", "yes")


def shown(diagnoses: tuple[Diagnosis, ...]) -> tuple[Diagnosis, ...]:
    """Those that get a section of their own: StartTLS is no fault of a controller whose plain port does not answer."""
    return tuple(
        one for one in diagnoses if not (one.case.target.domain and one.case.target.protocol == LDAP and not one.case.connected and _paired(one, diagnoses))
    )


def table(diagnoses: tuple[Diagnosis, ...]) -> DomainText | None:
    """The table of the domain by which these were found; ``None`` when none was."""
    found = [one for one in diagnoses if one.case.target.domain]
    if not found:
        return None
    domain = found[0].case.target.domain
    names = tuple(dict.fromkeys(one.case.target.host for one in found))
    rows = tuple(_row(host, [one for one in found if one.case.target.host == host], domain) for host in names)
    # With --dns-records other questions stand beside those that found the controllers.
    answers = [tuple(asked for asked in one.case.observation.lookups if asked.type == "SRV") for one in found]
    return DomainText(domain=domain, says=_says(domain, answers, len(names)), rows=rows, notes=_notes(answers, names))


def _paired(one: Diagnosis, diagnoses: tuple[Diagnosis, ...]) -> bool:
    return any(other.case.target.protocol == LDAPS and other.case.target.host == one.case.target.host for other in diagnoses)


def _row(host: str, found: Sequence[Diagnosis], domain: str) -> ControllerRow:
    by = {one.case.target.protocol: one for one in found}
    # The two ports may show two certificates, of balanced machines or after half a renewal: the row tells the worse of them.
    cases = [one.case for one in (by.get(LDAPS), by.get(LDAP)) if one is not None and one.case.presented]
    leaf = cases[0].leaf if cases else None
    said = _said(found)
    places = tuple(dict.fromkeys(one.address for each in found for one in each.case.observation.attempts))
    bad = [one.verdict for one in found if one.case.connected or one.case.target.protocol == LDAPS]
    return ControllerRow(
        host=host,
        addresses=places,
        ldaps=_state(by.get(LDAPS)),
        starttls=_state(by.get(LDAP)),
        ends=min((_ends(one, one.leaf) for one in cases), key=_urgency, default="not seen"),
        fits=min((_fits(host, one.leaf) for one in cases), key=WORST.index, default="not seen"),
        # A certificate without the domain's name is no fault: the template Domain Controller makes it so. No capitals for it.
        fits_domain=min((_fits(domain, one.leaf) for one in cases), key=WORST.index, default="not seen").lower(),
        sends=min((_sends(one) for one in cases), key=lambda text: text not in ("only its own", "self-signed"), default="not seen"),
        catalog="yes" if any(one.startswith(CATALOG) for one in listed_in(_lookups(found), host)) else "no",
        calls_itself=_itself(said, host, leaf),
        tone=TONES[next((one for one in (Verdict.FAILS, Verdict.DEPENDS, Verdict.UNDECIDED) if one in bad), Verdict.WORKS)],
    )


def _urgency(ends: str) -> tuple[bool, bool, str]:
    """What is told first of two certificates of one controller: what ended, what has not begun, what ends sooner, and last what was not seen."""
    return "EXPIRED" not in ends, not ends.startswith("only from"), ends


def _lookups(found: Sequence[Diagnosis]) -> tuple[Lookup, ...]:
    return found[0].case.observation.lookups


def _said(found: Sequence[Diagnosis]) -> Directory | None:
    return next((said for one in found if (said := directory(one.case) or beside(one.case))), None)


def _state(one: Diagnosis | None) -> str:
    if one is None or (one.case.target.protocol == LDAP and not one.case.connected):
        return SILENT
    return WORDS[one.verdict] + (f": {one.cause.code}" if one.cause else "")


def _ends(case: Case | None, leaf: Certificate | None) -> str:
    """When the chain ends that was sent: the server's own certificate, or one above it that ended."""
    if case is None or leaf is None or leaf.read.not_after is None:
        return "not seen"
    day = f"{leaf.read.not_after:%Y-%m-%d}"
    if leaf.read.not_after < case.at:
        return f"EXPIRED {day}"
    if leaf.read.not_before is not None and leaf.read.not_before > case.at:
        return f"only from {leaf.read.not_before:%Y-%m-%d}"
    gone = any(link.certificate.read.not_after and link.certificate.read.not_after < case.at for link in case.nearest.links) if case.nearest else False
    return f"{day}, but one above it EXPIRED" if gone else day


def _fits(name: str, leaf: Certificate | None) -> str:
    return "not seen" if leaf is None else "yes" if compare(name, leaf).matches else "NO"


def _sends(case: Case | None) -> str:
    if case is None or not case.presented:
        return "not seen"
    if len(case.presented) > 1:
        return f"{len(case.presented)} certificates"
    return "self-signed" if is_self_issued(case.presented[0]) else "only its own"


def _itself(said: Directory | None, host: str, leaf: Certificate | None) -> str:
    """What the root entry says of the server's own name, where that is another one, or not in the certificate."""
    if said is None or not said.host:
        return ""
    if said.host != host:
        return f"it calls itself {said.host}"
    return ""


def _says(domain: str, answers: Sequence[tuple[Lookup, ...]], checked: int) -> str:
    totals = [len(one.records) + one.left_off for one in answers[0] if not one.name.startswith(CATALOG)]
    known = next((one for one in answers[0] if len(one.records) + one.left_off), None)
    server = f", asked of {known.server}" if known and known.server else ""
    count = max(totals, default=checked)
    more = f"; {count - checked} of them were left out" if count > checked else ""
    records = f"{count} record{'s' if count != 1 else ''}"
    return f"DNS lists {records} for the controllers of {domain}{server}. Checked: {checked} host{'s' if checked != 1 else ''}{more}."


def _notes(answers: Sequence[tuple[Lookup, ...]], names: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for one in answers[0]:
        if not len(one.records) + one.left_off:
            why = "does not exist" if one.rcode == NXDOMAIN else "has no SRV record" if one.rcode == 0 else f"gave no usable answer ({one.ending.how})"
            found.append(f"{one.name} {why}.")
    every = {host for each in answers for host in hosts(each)}
    lost = dict.fromkeys(
        record.host
        for each in answers
        for one in each
        for record in one.records
        if isinstance(record, Service) and record.host in every and not record.addresses
    )
    found += [f"{host} is listed and has no address in DNS." for host in lost if host in names]
    return tuple(found)
