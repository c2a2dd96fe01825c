"""The proof that an uploader has the authority's private key: a certificate with the registration code as its CN, signed by the authority. Pure."""

from datetime import datetime, timedelta

from probe.case.registration.authority import common_name, dated, hashed
from probe.case.registration.remarks import Remark, note, ok, problem
from probe.case.signature import Signed, signed_by
from probe.facts.certificate import Certificate

LONGEST = 64
"""Characters of a CN (RFC 5280 appendix A, ub-common-name): a code of 64 hex digits just fits."""
DAYS = 7
"""How long the documented commands make the verification certificate valid."""
SKEW = 300.0
"""Seconds by which two clocks may differ before a fresh certificate is not yet valid on the other side: it is dated back by as many."""


def unusable_code(code: str) -> str:
    """Why a registration code cannot become a CN, "" when it can."""
    if not code:
        return "it is empty"
    if len(code) > LONGEST:
        return f"it has {len(code)} characters, and a CN holds {LONGEST} at most"
    if not code.isascii() or not code.isprintable() or " " in code:
        return "it has characters that are no letters, digits or signs"
    return ""


def examine(certificate: Certificate, code: str, authority: Certificate, at: datetime, most_days: int = DAYS) -> tuple[Remark, ...]:
    """Everything that the other side can find wrong with a verification certificate. ``most_days``: 0 when nothing is known of that."""
    return (
        *_named(common_name(certificate), code),
        *_signed(certificate, authority),
        *dated(certificate, at, "The verification certificate", soon=timedelta()),
        *hashed(certificate, "The verification certificate"),
        *_further(certificate, authority, most_days),
    )


def _named(name: str, code: str) -> tuple[Remark, ...]:
    if name == code:
        return (ok("The CN of the verification certificate is the registration code of this authority."),)
    if name.strip() == code:
        why = "there are blanks or a line break around it"
    elif name.lower() == code.lower():
        why = "small and capital letters differ"
    elif not name:
        why = "there is none"
    elif code.startswith(name) or name.startswith(code):
        why = f"it has {len(name)} characters, the code {len(code)}"
    else:
        why = "it is another one"
    says = f"The CN of the verification certificate is not the registration code of this authority: {why}."
    return (problem(says, "Make it with the code exactly as it is."),)


def _signed(certificate: Certificate, authority: Certificate) -> tuple[Remark, ...]:
    read, above = certificate.read, authority.read
    signed = signed_by(certificate, authority)
    if signed is Signed.UNKNOWN:
        return (note("Whether the authority signed the verification certificate cannot be checked here."),)
    if signed is not Signed.GOOD:
        if signed_by(certificate, certificate) is Signed.GOOD:
            says = "The verification certificate signed itself; it must be signed with the key of the authority."
        else:
            says = "The verification certificate is not signed with the key of this authority."
        return (problem(says, "Sign it with the private key of the authority that was uploaded: openssl x509 -req with -CA and -CAkey."),)
    if read.issuer is None or above.subject is None or read.issuer.key != above.subject.key:
        says = "The issuer named in the verification certificate is not the subject of the authority."
        return (problem(says, "Make it again with -CA and the uploaded file."),)
    return (ok("The verification certificate is signed with the key of the authority."),)


def _further(certificate: Certificate, authority: Certificate, most_days: int) -> list[Remark]:
    read = certificate.read
    found = []
    if read.key and authority.read.key and read.key.spki == authority.read.key.spki:
        found.append(note("The verification certificate has the authority's own key; the documented one has a temporary key."))
    if read.is_ca:
        found.append(note("The verification certificate is made for an authority (CA:TRUE); the documented one is not."))
    if most_days and read.not_before and read.not_after and read.not_after - read.not_before > timedelta(days=most_days, minutes=10):
        found.append(note(f"The verification certificate is valid for {(read.not_after - read.not_before).days} days; the documented one for {most_days}."))
    return found
