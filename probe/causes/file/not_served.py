"""The endpoint sends another certificate than the one in the files.

The certificate was renewed and not yet put in place, a partner was given an old file, or the file belongs to another endpoint. Two certificates of one
name are told apart by serial number, dates and fingerprints, which are shown side by side.

Clients say: NEXUSe2e "Expected certificate for subject DN '...' does not match provided certificate (subject DN '...'", curl "SSL: public key does not match
pinned public key", Java (pinned) "CertificateException".
"""

from probe.case.case import Case
from probe.case.served import Beside, Standing, beside
from probe.causes.filed import MOST, is_archived, quoted, titled
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import Certificate, fingerprint

CAUSE = Cause(
    title="The endpoint sends another certificate than the files have",
    owner=Owner.USER,
    actions=("compare-served",),
    references=("RFC 5280 section 4.1.2.2", "RFC 7469 section 1"),
)
WRONG = (Standing.FILE_NEWER, Standing.FILE_OLDER, Standing.OTHER, Standing.AWAY)


def shown_by(case: Case, finding: Finding) -> Shown:
    """Both fingerprints, by OpenSSL; or what it says with the file as its trust store."""
    for one in beside(case.files):
        if not one.served.port or (one.standing not in WRONG and finding.effect is not Effect.BREAKS):
            continue
        host = f"[{one.served.address}]" if ":" in one.served.address else one.served.address
        name = f"-servername {quoted(one.served.sni)}" if one.served.sni else "-noservername"
        there = f"openssl s_client -connect {quoted(f'{host}:{one.served.port}')} {name}"
        if one.standing in (Standing.AWAY, Standing.LEADS):
            file = next((other for other in case.files.every if other.kind == "pem" and not is_archived(other)), None)
            if file:
                command = f"{there} -brief -partial_chain -no-CApath -no-CAstore -CAfile {quoted(file.path)} </dev/null"
                return Shown(commands=(command,), shows='OpenSSL prints "Verification error", as the chain leads to nothing in the file.')
        place = next((other for other in case.files.certificates.get(one.ours, ()) if not is_archived(other.file)), None) if one.ours else None
        if place:
            fingerprint_of = "openssl x509 -noout -fingerprint -sha256"
            return Shown(
                commands=(f"{fingerprint_of} -in {quoted(place.file.path)}", f"{there} </dev/null | {fingerprint_of}"),
                shows="The two fingerprints are not the same.",
            )
    return Shown(why_not="What was sent is in the evidence, with its fingerprint.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | NotObserved | None:
    """What each address of the endpoint sent, beside the files."""
    found = beside(case.files)
    if not found:
        return NotObserved(why="The files were compared with no endpoint (--against, --saved).")
    wrong = tuple(one for one in found if one.standing in WRONG)
    if wrong:
        same = tuple(one.served.address for one in found if one.standing is Standing.SAME)
        says = _says(wrong[0]) + (f" {', '.join(same)} already sends it." if same else "")
        evidence = tuple(evidence for one in wrong for evidence in _evidence(case, one))
        about = tuple(dict.fromkeys(one for other in wrong for one in (other.ours, other.sent) if one is not None))
        return Finding(effect=Effect.BREAKS, summary=says, about=about[:4], evidence=evidence[:MOST])
    chain = tuple(one for one in found if one.standing is Standing.SAME and (one.lacking or one.beyond or one.reordered))
    if chain:
        return Finding(effect=Effect.NOTE, summary=_chain(chain[0]), evidence=tuple(Evidence(says=_chain(one), at=one.at) for one in chain[:MOST]))
    return _unknown(found)


def _unknown(found: tuple[Beside, ...]) -> Finding | None:
    """Where no certificate was seen, nobody knows whether it is this one."""
    unseen = tuple(one for one in found if one.standing is Standing.UNKNOWN)
    if not unseen:
        return None
    says = " ".join(f"Nothing could be compared with {_where(one)}: {one.served.why or 'there is no certificate in the files'}." for one in unseen[:3])
    alone = len(unseen) == len(found)
    return Finding(
        effect=Effect.BREAKS if alone else Effect.RISKS,
        certainty=Certainty.POSSIBLE,
        summary=says,
        evidence=tuple(Evidence(says=f"{_where(one)}: {one.served.why or 'nothing to compare with'}.", at=one.at) for one in unseen[:MOST]),
    )


def _where(one: Beside) -> str:
    return one.served.target if one.served.address in ("", one.served.target) else f"{one.served.target} ({one.served.address})"


def _says(one: Beside) -> str:
    where = _where(one)
    if one.standing is Standing.AWAY:
        return f"The chain that {where} sends leads to none of the authorities in these files."
    ours = titled(one.ours) if one.ours else "the certificate"
    key = "the same key" if one.same_key else "another key"
    if one.standing is Standing.FILE_NEWER:
        return f"{where} still sends an older certificate than {ours} in the files, with {key}."
    if one.standing is Standing.FILE_OLDER:
        return f"{where} sends a newer certificate than {ours} in the files, with {key}: the file is out of date."
    return f"{where} sends {titled(one.sent) if one.sent else 'nothing'}, which is for other names than {ours} in the files."


def _evidence(case: Case, one: Beside) -> tuple[Evidence, ...]:
    found = [Evidence(says=f"{_where(one)} sends {_identity(one.sent)}.", at=one.at)] if one.sent else []
    return (*found, Evidence(says=f"In the files is {_identity(one.ours)}.", at=case.files.where(one.ours))) if one.ours else tuple(found)


def _identity(one: Certificate) -> str:
    serial = f"{one.read.serial:x}" if one.read.serial is not None else "unreadable"
    return f"{titled(one)}, serial number {serial}, SHA-256 {fingerprint(one)}"


def _chain(one: Beside) -> str:
    where = _where(one)
    if one.lacking:
        return f"{where} sends the same certificate, but not {' and '.join(titled(other) for other in one.lacking[:3])}, which the file has behind it."
    if one.beyond:
        return f"{where} sends the same certificate, and besides {' and '.join(titled(other) for other in one.beyond[:3])}, which the file has not."
    return f"{where} sends the same certificates in another order."
