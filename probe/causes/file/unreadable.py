"""A file, or a part of it, cannot be read.

The file is cut off, a block in it is damaged, it may not be read by this user, or it is larger than any file of certificates. Programs differ in
what they do then: OpenSSL and Java give up the whole file at the first damaged block, others silently go on without it. The place of each
damaged block is named, with its line.

Clients say: OpenSSL "bad base64 decode", "bad end line" or "asn1 encoding routines", Java "Incomplete data" or "Invalid keystore format",
keytool "Input not an X.509 certificate", nginx "PEM_read_bio_X509() failed".
"""

from probe.case.case import Case
from probe.case.edge import Agreement, agreement, self_signed
from probe.case.files import Files
from probe.case.signature import Signed, signed_by
from probe.causes.filed import MOST, of_places, quoted, several, titled
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import is_self_issued
from probe.facts.files import InspectedFile
from probe.facts.trust import Skipped

CAUSE = Cause(
    title="A file cannot be read as it is",
    owner=Owner.USER,
    actions=("get-file-again",),
    references=("RFC 7468 section 2",),
)
WORDS = {"key": "private key", "request": "request", "certificate": "certificate"}
TOOLS = {
    "jks": "keytool -list -keystore {}",
    "jceks": "keytool -list -storetype JCEKS -keystore {}",
    "pkcs12": "openssl pkcs12 -info -noout -passin pass: -in {}",
}


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL, or keytool for Java's stores, stumbles over the same place."""
    for number, file in enumerate(case.files.every):
        if finding.evidence and finding.evidence[0].at.startswith(f"/files/{number}"):
            if not file.named:
                break
            command = TOOLS.get(file.kind, "openssl storeutl -noout -certs {}").format(quoted(file.path))
            return Shown(commands=(command,), shows="The program names an error, or counts fewer certificates than there should be.")
    return Shown(why_not="The place in the file is named; no other program says more about it.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Files with a problem other than a password, damaged blocks among good ones, and what is of a kind that is not known here."""
    files = case.files
    broken = tuple(one for one in files.every if one.problem in ("unreadable", "damaged"))
    partly = tuple(one for one in files.every if one not in broken and _damaged(one))
    entries = tuple(one for one in files.places if one.entry.problem == "damaged")
    unknown = (*(one for one in files.every if one.problem == "unsupported"), *(one.file for one in files.places if one.entry.problem == "unsupported"))
    if not broken and not partly and not entries and not unknown:
        return _altered(files)
    says = [f"{one.path} cannot be read: {one.why or 'it is damaged'}." if not one.why.startswith(one.path) else one.why for one in broken[:2]]
    if len(broken) > 2:
        says = [f"{len(broken)} files cannot be read, among them {several(tuple(one.path for one in broken[:2]))}."]
    says += [f"{one.path} is partly damaged: {_damaged(one)[0].where}: {_damaged(one)[0].why}." for one in partly[:2]]
    says += [f"The {WORDS[one.entry.kind]} in {one.words} is damaged." for one in entries[:2]]
    says += [f"{one.path} has something of a kind or encryption that is not known here{f': {one.why}' if one.why else ''}." for one in unknown[:2]]
    evidence = [Evidence(says=one.why if one.why.startswith(one.path) else f"{one.path}: {one.why or 'damaged'}.", at=files.pointer(one)) for one in broken]
    evidence += [Evidence(says=f"{one.path}, {part.where}: {part.why}.", at=files.pointer(one)) for one in partly for part in _damaged(one)]
    evidence += of_places(entries, "damaged")
    evidence += [Evidence(says=f"{one.path}: not known here.", at=files.pointer(one)) for one in unknown]
    # What may not be read, or is not known here, may be right all the same.
    sure = bool(partly or entries) or any(one.named or one.problem == "damaged" for one in broken)
    return Finding(effect=Effect.BREAKS, certainty=Certainty.PROVEN if sure else Certainty.POSSIBLE, summary=" ".join(says), evidence=tuple(evidence[:MOST]))


def _altered(files: Files) -> Finding | None:
    """A certificate that names itself as its issuer, by name and key, and that its key did not sign. As an anchor Java and OpenSSL take it all the same."""
    found = [one for one in files.certificates if is_self_issued(one) and agreement(one, one) is not Agreement.DISAGREE and not self_signed(one)]
    # An authority that changes its key signs one in its own name with the other key (RFC 4210 section 4.4), and should name that key.
    found = [one for one in found if not any(signed_by(one, other) is Signed.GOOD for other in files.certificates if is_self_issued(other))]
    if not found:
        return None
    sure = all(agreement(one, one) is Agreement.AGREE for one in found)
    says = f"{titled(found[0])} ({files.words(found[0])}) is not as it was issued: its own signature is wrong."
    more = f" So are {len(found) - 1} more." if len(found) > 2 else " So is one more." if len(found) > 1 else ""
    evidence = tuple(Evidence(says=f"{titled(one)}: its own key did not make its signature.", at=files.where(one)) for one in found[:MOST])
    certainty = Certainty.PROVEN if sure else Certainty.LIKELY
    return Finding(effect=Effect.RISKS, certainty=certainty, summary=f"{says}{more}", about=tuple(found[:5]), evidence=evidence)


def _damaged(file: InspectedFile) -> tuple[Skipped, ...]:
    return tuple(one for one in file.skipped if not one.other)
