"""The picture of the chain: one box a certificate, the server's own first."""

from dataclasses import replace

from probe.case.case import Case
from probe.case.path import Objection, Path, Why
from probe.case.revocation import standings
from probe.case.status import Status
from probe.facts.certificate import Certificate, title
from probe.report import ChainBox
from probe.report.certificates import WORDS, Numbers, origin_text

OPEN_END = (Why.ISSUER_UNKNOWN, Why.ISSUER_REKEYED)
ON_EDGE = (Why.ISSUER_REKEYED, Why.BAD_SIGNATURE, Why.KEY_ID, Why.SIGNATURE_UNKNOWN)


def boxes(case: Case, numbers: Numbers) -> tuple[ChainBox, ...]:
    """The nearest path from the server's own certificate upwards, and what is missing at its end; empty when no certificate was seen."""
    path = case.nearest
    if path is None:
        return ()
    refused = {(one.why, one.about) for verdict in case.verdicts for one in verdict.objections}
    revoked = {one.certificate for one in standings(case) if one.status is Status.REVOKED}
    found = [_revoked(one) if path.links[place].certificate in revoked else one for place, one in enumerate(_links(case, numbers, path, refused))]
    end = next((one for one in path.objections if one.why in OPEN_END and one.at == len(path.links) - 1), None)
    needless = any(verdict.accepts for verdict in case.verdicts) and not any(
        one.why is Why.ISSUER_UNKNOWN for verdict in case.verdicts for one in verdict.objections
    )
    if end and not needless:
        issuer = end.about.read.issuer
        found.append(
            ChainBox(
                title=_short(end.about) if issuer else "unknown issuer",
                place="found nowhere" if end.why is Why.ISSUER_UNKNOWN else "known only with another key",
                lines=(issuer.text,) if issuer else (),
                tone="missing",
                number=None,
            )
        )
    return tuple(found)


def _links(case: Case, numbers: Numbers, path: Path, refused: set[tuple[Why, Certificate]]) -> list[ChainBox]:
    return [_box(case, numbers, path, place, refused) for place in range(len(path.links))]


def _revoked(one: ChainBox) -> ChainBox:
    return replace(one, lines=(*one.lines, "revoked"), tone="bad")


def _box(case: Case, numbers: Numbers, path: Path, place: int, refused: set[tuple[Why, Certificate]]) -> ChainBox:
    link = path.links[place]
    read = link.certificate.read
    against = [one for one in path.objections if one.at == place and one.why not in (*ON_EDGE, Why.ISSUER_UNKNOWN)]
    hard = [one for one in against if (one.why, one.about) in refused]
    where = origin_text(link.origin, link.index, link.url)
    if link.anchor and "trust store" not in where:
        where += ", in the trust store"
    lines = [f"valid {read.not_before:%Y-%m-%d} to {read.not_after:%Y-%m-%d}"] if read.not_before and read.not_after else []
    lines += [WORDS[one.why] for one in against if one.why is not Why.NOT_PRESENTED]
    if place == 0 and any(verdict.name_refused for verdict in case.verdicts):
        lines.append(f"not for {case.target.name}")
        hard = hard or [Objection(why=Why.UNREADABLE, at=0, about=link.certificate)]
    if Why.NOT_PRESENTED in [one.why for one in against]:
        tone = "missing"
    else:
        tone = "bad" if hard else "warn" if against else "good"
    edge, edge_tone = _edge(path, place, refused)
    return ChainBox(
        title=title(link.certificate), place=where, lines=tuple(lines), tone=tone, number=numbers.of(link.certificate), edge=edge, edge_tone=edge_tone
    )


def _edge(path: Path, place: int, refused: set[tuple[Why, Certificate]]) -> tuple[str, str]:
    against = [one for one in path.objections if one.at == place and one.why in ON_EDGE]
    if against:
        return WORDS[against[0].why], "bad" if any((one.why, one.about) in refused for one in against) else "warn"
    if place < len(path.links) - 1:
        return "signed by", "good"
    unknown = any(one.at == place and one.why is Why.ISSUER_UNKNOWN for one in path.objections)
    return ("issued by", "bad") if unknown else ("", "good")


def _short(certificate: Certificate) -> str:
    """The last part of the issuer's name by which people call it."""
    issuer = certificate.read.issuer
    attributes = dict(issuer.attributes) if issuer else {}
    return attributes.get("CN") or attributes.get("O") or attributes.get("OU") or (issuer.text if issuer else "")
