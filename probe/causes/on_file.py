"""The certificate that the other side has on file, compared with the one that is used here."""

from hashlib import sha256

from probe.case.case import Case
from probe.facts.certificate import title
from probe.facts.identity import Identity, OnFile


def compared(case: Case) -> str:
    """How the certificate that the other side has on file relates to the one that is used here; "" when there is nothing to compare."""
    on_file, identity = case.target.on_file, case.observation.identity
    return relation(identity, on_file) if on_file and identity and identity.own else ""


def relation(identity: Identity, on_file: OnFile) -> str:
    """The same certificate, one renewed with the same key, one of the same name, or another."""
    own, other = identity.own, on_file.certificate
    if own is None:
        return ""
    digits = sha256(other.der).hexdigest()[:16]
    if own == other:
        return "The certificate on file is the one that is used here."
    mine, theirs = own.read, other.read
    same_name = mine.subject is not None and theirs.subject is not None and mine.subject.key == theirs.subject.key
    newer = "renewed since" if mine.not_before and theirs.not_before and mine.not_before > theirs.not_before else "an older one"
    if same_key(identity, on_file):
        return f"The certificate on file (SHA-256 {digits}...) has the same key; the one that is used here is {newer}."
    if same_name:
        return f"The certificate on file (SHA-256 {digits}...) has the same subject, but another key; the one that is used here is {newer}."
    return f'The certificate on file is another one: "{title(other)}", SHA-256 {digits}...'


def same_key(identity: Identity, on_file: OnFile) -> bool:
    """Whether the certificate on file has the key of the one that is used."""
    mine, theirs = identity.own.read.key if identity.own else None, on_file.certificate.read.key
    return mine is not None and theirs is not None and mine.spki == theirs.spki
