"""From diagnoses to a Report. Pure: the same observation gives the same report."""

import re
from dataclasses import replace

from probe.case.case import Case, step
from probe.case.client_auth import ClientAuth, asked_for
from probe.case.controllers import is_controller
from probe.case.path import StackVerdict
from probe.case.resolved import of_proxy, of_target
from probe.causes.catalogue import entry
from probe.causes.words import Effect, Finding, Owner, Verdict
from probe.diagnose import Diagnosis, Prescribed
from probe.facts.distinguished import text_of
from probe.facts.observation import Handshake
from probe.facts.target import Target
from probe.protocols import NAMES
from probe.report import Candidate, FoundText, Headline, RemedyStep, RemedyText, Report, Result
from probe.report.begun import fitting
from probe.report.certificates import Numbers
from probe.report.chain import boxes
from probe.report.checks import checks, profile_lines
from probe.report.client import client_certificate
from probe.report.forecast import forecast
from probe.report.paste import paste
from probe.report.revocation import noted, revocation, stapled
from probe.report.sceptic import told
from probe.report.timeline import rows
from probe.report.words import answered, circumstances, directory, endpoint, owner, peer, proof, repeat, sentence, titled, unproxied, url, userless
from probe.tls.messages import reading

UNKNOWN_HOST = "dns.nxdomain"
ISSUERS = 20
"""Names of a CertificateRequest that are shown; some servers send their whole public trust list."""


def compose(diagnoses: tuple[Diagnosis, ...]) -> Report:
    """Everything a reader sees, for one or several targets."""
    version = diagnoses[0].case.observation.probe if diagnoses else ""
    made_by = f"probe {version}"
    if not any(one.case.target.domain for one in diagnoses):
        return Report(results=tuple(_result(one) for one in diagnoses), made_by=made_by)
    from probe.report.domain import shown, table  # few checks are of a domain

    return Report(results=tuple(_result(one) for one in shown(diagnoses)), made_by=made_by, domain=table(diagnoses))


def _result(judged: Diagnosis) -> Result:
    found = placed(judged)
    case = found.case
    numbers = Numbers(case)
    revoked = revocation(case)
    tried = [sum(1 for before in found.prescribed[:place] if before.proof) for place in range(len(found.prescribed))]
    remedies = tuple(_remedy(one, number, case, numbers) for number, one in zip(tried, found.prescribed, strict=True))
    made = Result(
        target=endpoint(case.target),
        verdict=found.verdict,
        sentence=sentence(found),
        taken_at=case.observation.taken_at,
        judged_at=case.at,
        cause=_headline(found),
        candidates=tuple(Candidate(code=code, why=why) for code, why in found.candidates),
        findings=tuple(_found(one, case, numbers) for one in found.findings),
        explained=tuple(_found(one, case, numbers) for one in found.explained),
        not_observed=found.not_observed,
        remedies=remedies,
        stacks=reached(noted(found), case),
        chain=boxes(case, numbers),
        certificates=numbers.texts(),
        timeline=rows(case.observation),
        handshake=_handshake(case),
        messages=paste(found, remedies),
        circumstances=(*_resolved(case), *((("Revocation", revoked),) if revoked else ()), *profile_lines(case), *circumstances(case)),
        repeat=repeat(case.target),
        defects=tuple(f"{code}: {kind}" for code, kind in found.defects),
        observation=case.observation,
        forecast=forecast(found),
        client=client_certificate(case),
        checks=checks(case),
        profile=profile_lines(case),
        revocation=revoked if case.target.revocation != "off" else "",
        unknown_host=found.cause is not None and found.cause.code == UNKNOWN_HOST and not any(one.aliases for one in case.observation.resolutions),
    )
    if case.target.inspecting:
        from probe.report.inspected import turned as of_files

        return of_files(made, found, numbers)
    if case.target.listening is None:
        return made
    from probe.report.called import turned  # a check needs none of it

    return turned(made, found, numbers)


def placed(found: Diagnosis) -> Diagnosis:
    """The diagnosis whose findings say where they were seen, if that is only some of several addresses, and they do not say it themselves."""
    only = dict(found.only_at)

    def told(one: Finding) -> Finding:
        places = only.get(one.code, ())
        if not places or any(place in one.summary for place in places):
            return one
        return replace(one, summary=f"{one.summary} Seen only at {' and '.join(places)}.")

    return replace(
        found,
        cause=told(found.cause) if found.cause else None,
        findings=tuple(told(one) for one in found.findings),
        explained=tuple(told(one) for one in found.explained),
        prescribed=tuple(replace(one, finding=told(one.finding)) for one in found.prescribed),
    )


def renamed(target: Target, name: str) -> Target:
    """The target with another name to check, if it is one that a person would connect to."""
    plain = name.replace("*", "www", 1) if name.startswith("*.") else name
    return replace(target, name=plain if re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", plain) else "NAME")


def reached(stacks: tuple[StackVerdict, ...], case: Case) -> tuple[StackVerdict, ...]:
    """A stack that has nothing against chain and name has still not accepted a connection whose handshake fails."""
    if case.established:
        return stacks
    note = "It has nothing against the chain and the name, but the handshake itself fails."
    return tuple(replace(one, accepts=None, note=note) if one.accepts else one for one in stacks)


def _headline(found: Diagnosis) -> Headline | None:
    one = found.cause
    known = entry(one.code) if one else None
    if one is None or known is None:
        return None
    return Headline(
        code=one.code,
        title=titled(one.code, found.case.target),
        certainty=one.certainty,
        owner=one.owner or known.cause.owner,
        owner_text=owner(one.owner or known.cause.owner, found.case.target),
        summary=one.summary,
    )


def _found(one: Finding, case: Case, numbers: Numbers) -> FoundText:
    known = entry(one.code)
    if known is None:
        raise ValueError(one.code)
    proof_for_sceptics = told(one, case, numbers)
    return FoundText(
        code=one.code,
        title=titled(one.code, case.target),
        effect=one.effect,
        certainty=one.certainty,
        owner=one.owner or known.cause.owner,
        owner_text=owner(one.owner or known.cause.owner, case.target),
        summary=one.summary,
        about=numbers.known(one.about),
        evidence=one.evidence,
        stacks=one.stacks,
        commands=proof_for_sceptics.commands,
        shows=proof_for_sceptics.shows,
        saves=proof_for_sceptics.saves,
    )


def _remedy(one: Prescribed, number: int, case: Case, numbers: Numbers) -> RemedyText:
    target = case.target
    known = entry(one.finding.code)
    values = {
        "missing": "the missing certificate",
        "root": "the root",
        "certificate": "the certificate",
        "good": "the name in the certificate",
        "sni": target.name,
        "version": "another version",
        "speaks": "another protocol",
        "store": "the trust store",
        "addresses": "the addresses that differ",
        "levels": "its number of intermediates",
        "client_id": "the client ID",
        "subprotocol": "its subprotocol",
        "zone": target.host,
        "authority": "the authority's own domain name",
        "record": f"_{target.port}._tcp.{target.host}",
        **dict(one.finding.values),
        "host": target.host,
        "port": str(target.port),
        "name": target.name,
        "again": repeat(target).removeprefix("probe check "),
        "nameless": repeat(userless(target)).removeprefix("probe check "),
        "respelled": repeat(_respelled(one, target)).removeprefix("probe check "),
        "renamed": repeat(renamed(target, dict(one.finding.values).get("good", ""))).removeprefix("probe check "),
        "peer": peer(target),
        "directory": directory(target),
        "url": url(target),
        "direct_url": url(unproxied(target)),
        "directly": repeat(unproxied(target)).removeprefix("probe check "),
        "proxy": target.proxy.url if target.proxy else "the proxy",
        "address": target.connect or target.host,
    }
    return RemedyText(
        action=one.remedy.action,
        text=one.remedy.does.format_map(values),
        owner_text=owner(Owner(one.remedy.owner) if one.remedy.owner else one.finding.owner or known.cause.owner, target) if known else "",
        for_code=one.finding.code,
        proof=proof(one, number) if one.finding.effect is Effect.BREAKS else "",
        about=numbers.known(one.finding.about) if known and (one.finding.actions or known.cause.actions)[0] == one.remedy.action else (),
        steps=tuple(
            RemedyStep(platform=step.platform, do=step.do.format_map(values), commands=tuple(one.format_map(values) for one in fitting(step.commands, target)))
            for step in one.remedy.steps
        ),
        check=repeat(target) if target.listening or target.inspecting else one.remedy.check.format_map(values),
    )


def _respelled(one: Prescribed, target: Target) -> Target:
    """The target with the protocol that the finding names in place of its own."""
    other = dict(one.finding.values).get("respelled")
    if other not in NAMES:
        return target
    from probe.case.starttls import as_other  # few findings name another protocol

    return as_other(target, other)


def _resolved(case: Case) -> tuple[tuple[str, str], ...]:
    """What each source answered about the target's name, and about its proxy's; and what else was asked of DNS."""
    target, resolutions = case.target, case.observation.resolutions
    found: dict[str, list[str]] = {}
    for one in of_target(target, resolutions):
        who = "System resolver" if one.source == "system" else f"DNS {one.server}" if one.server else "DNS"
        found.setdefault(who, []).extend(one.addresses)
    proxy = of_proxy(target, resolutions)
    beside: tuple[tuple[str, str], ...] = ()
    if target.records:
        from probe.report.dns_records import circumstances  # rarely asked for

        beside = circumstances(case.observation)
    return (
        *((("Proxy's addresses", ", ".join(proxy.addresses) or "none"),) if proxy else ()),
        *((who, ", ".join(dict.fromkeys(addresses)) or "none") for who, addresses in found.items()),
        *beside,
    )


def _handshake(case: Case) -> tuple[tuple[str, str], ...]:
    one = case.handshake
    if one is None:
        return ()
    facts = reading(one)
    found = []
    if one.version:
        found.append(("Version", one.version))
    if one.cipher:
        found.append(("Cipher suite", one.cipher))
    if one.group or facts.group:
        found.append(("Key agreement", one.group or facts.group or ""))
    if facts.dh_bits:
        found.append(("Diffie-Hellman group", f"{facts.dh_bits} bits"))
    if facts.signature_scheme:
        found.append(("Server's signature", facts.signature_scheme))
    if one.version:
        found.append(("Application protocol", one.alpn or "none agreed"))
        found.append(("Stapled OCSP answer", f"{len(one.staple)} bytes, {stapled(case)}" if one.staple else "none"))
        usual = "; a domain controller asks everybody and needs none" if asked_for(one) and is_controller(case) else ""
        found.append(("Client certificate", f"{_asked(case.client)}{usual}"))
        found += [("Accepted issuer", text_of(one)) for one in facts.acceptable_issuers[:ISSUERS]]
    found.append(("ClientHello", f"{one.hello_size} bytes, " + (f"for {one.sni}" if one.sni else "without a server name") + _unanswered(case)))
    found.append(("Certificates sent", str(len(case.presented)) if case.handshake is case.chain_handshake else "none"))
    found += _exchange(case)
    return tuple(found)


def _unanswered(case: Case) -> str:
    """The large ClientHello that came before the one of the handshake that is shown, and got no answer."""
    first = step(case.first, Handshake)
    return f"; the first one, of {first.hello_size} bytes, got no answer" if first and first is not case.handshake else ""


def _asked(seen: ClientAuth) -> str:
    if not asked_for(seen.handshake):
        return "not asked for"
    issuers, sent = len(seen.issuers), "sent" if seen.sent else "none was sent"
    return f"asked for, of {issuers} named issuer{'s' if issuers != 1 else ''}; {sent}" if issuers else f"asked for, no issuers named; {sent}"


def _exchange(case: Case) -> list[tuple[str, str]]:
    one = case.exchange
    if case.target.protocol == "wss":
        from probe.case.upgraded import answer

        one = answer(case)
    if one is None or one.status is None:
        return []
    return [answered(one), *((f"{name}", _named(name, value)) for name, value in one.fields)]


def _named(name: str, value: str) -> str:
    """A value of an answer, with its name where it is a number that few know."""
    if name != "supportedCapabilities":
        return value
    from probe.protocols.ldaps import CAPABILITIES  # few answers are a domain controller's

    return f"{value} ({CAPABILITIES[value]})" if value in CAPABILITIES else value


def exit_code(report: Report, strict: bool = False) -> int:
    """0 works, 1 a problem or clients disagree, 2 the only host asked for does not exist, 3 undecided, 4 a defect of the probe.

    2 also when nothing at all could be read of files. The worst of several is 4, 1, 3, 0.
    """
    codes = {_code(one, strict) for one in report.results}
    if len(report.results) == 1 and report.domain is None and (report.results[0].unknown_host or report.results[0].unread) and codes <= {1, 3}:
        return 2
    return next((one for one in (4, 1, 3) if one in codes), 0)


def _code(one: Result, strict: bool) -> int:
    if one.defects:
        return 4
    if one.verdict in (Verdict.FAILS, Verdict.DEPENDS):
        return 1
    if one.verdict is Verdict.UNDECIDED:
        return 3
    return 1 if strict and any(found.effect is Effect.RISKS for found in one.findings) else 0
