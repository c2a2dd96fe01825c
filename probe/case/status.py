"""What one OCSP answer or revocation list proves about one certificate: nothing, unless the right authority signed it and it is of the right time.

RFC 6960 sections 3.2 and 4.2.2.2 for answers, RFC 5280 section 6.3.3 for lists. No nonce is asked for: answers are usually made beforehand (RFC 5019).
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from probe.case.signature import Signed, signed_by, signed_with
from probe.facts.certificate import Certificate, title
from probe.facts.distinguished import name
from probe.facts.noun import noun
from probe.formats import crl, ocsp

SKEW = timedelta(minutes=5)
"""By how much an answer may come from the future: clocks differ."""
OCSP_SIGNING = "OCSPSigning"
HOLD, REMOVED = "certificateHold", "removeFromCRL"


class Status(StrEnum):
    """What is known of a certificate's revocation."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"  # the responder does not know the certificate
    UNREACHABLE = "unreachable"  # it was asked, and no usable answer came
    NOT_ASKED = "not-asked"  # it was not asked, or what came cannot be judged here
    NOT_OFFERED = "not-offered"  # the certificate names no place to ask


@noun
class Moments:
    """``judged`` is the moment for which is judged, ``seen`` the one at which it was looked."""

    judged: datetime
    seen: datetime


@noun
class Word:
    """What one source says. ``text`` is a sentence without its end; ``network`` is true when no answer came at all.

    ``untimely``: the answer is a good one, but for another time than the one that is judged.
    """

    status: Status
    text: str
    revoked_at: datetime | None = None
    reason: str = ""
    network: bool = False
    untimely: bool = False


def by_ocsp(data: bytes, certificate: Certificate, issuer: Certificate, moments: Moments) -> Word:
    """What an OCSP answer, stapled or fetched, says of a certificate. Never raises."""
    answer = ocsp.read(data)
    if isinstance(answer, str):
        return _useless(f"the answer cannot be used: {answer}")
    if answer.status != ocsp.SUCCESSFUL:
        return _useless(f"the responder answers {answer.status}")
    about = [one for one in answer.singles if one.serial == certificate.read.serial and _same(one, certificate, issuer)]
    if not about:
        return _useless("the answer is about another certificate")
    if against := _not_entitled(answer, issuer, moments):
        return against
    one = max(about, key=lambda single: single.this_update)
    if one.status == "unknown":
        return Word(status=Status.UNKNOWN, text="the responder does not know the certificate")
    return _timely("answer", one.this_update, one.next_update, one.revoked_at if one.status == "revoked" else None, one.reason, moments)


def by_crl(data: bytes, certificate: Certificate, issuer: Certificate, moments: Moments) -> Word:
    """What a revocation list says of a certificate. Never raises."""
    serial = certificate.read.serial
    found = crl.read(data, serial) if serial is not None else "the certificate's serial number cannot be read"
    if isinstance(found, str):
        return _useless(f"the list cannot be used: {found}")
    if certificate.read.issuer is None or found.issuer_key != certificate.read.issuer.key:
        return _useless("the list is that of another issuer")
    if against := _not_for(found, certificate):
        return _useless(against)
    usages = issuer.read.key_usage
    if usages is not None and "cRLSign" not in usages:
        return _useless(f'"{title(issuer)}" may not sign lists: its key usage lacks cRLSign')
    signed = _signed(issuer, found.tbs, found.signature, found.signature_oid, found.signature_parameters)
    if signed is Signed.UNKNOWN:
        return Word(status=Status.NOT_ASKED, text="the signature of the list is of a kind that cannot be checked here")
    if signed is not Signed.GOOD:
        return _useless(f'the list is not signed by "{title(issuer)}"')
    entry = found.entry if found.entry and found.entry.reason != REMOVED else None
    return _timely("list", found.this_update, found.next_update, entry.revoked_at if entry else None, entry.reason if entry else "", moments)


def _useless(text: str) -> Word:
    return Word(status=Status.UNREACHABLE, text=text)


def _same(one: ocsp.Single, certificate: Certificate, issuer: Certificate) -> bool:
    return ocsp.identifier(certificate, issuer, one.algorithm) == (one.name_hash, one.key_hash)


def _signed(signer: Certificate, tbs: bytes, signature: bytes, oid: str, parameters: bytes) -> Signed:
    key = signer.read.key
    return signed_with(key, tbs, signature, oid, parameters) if key else Signed.UNKNOWN


def _not_entitled(answer: ocsp.OcspAnswer, issuer: Certificate, moments: Moments) -> Word | None:
    """Why the answer does not count: it must be signed by the issuer, or by whom the issuer itself entitled to (RFC 6960 section 4.2.2.2)."""
    failed = ""
    for one in dict.fromkeys((issuer, *answer.certificates)):
        if not _named(answer, one):
            continue
        signed = _signed(one, answer.tbs, answer.signature, answer.signature_oid, answer.signature_parameters)
        if signed is Signed.UNKNOWN:
            return Word(status=Status.NOT_ASKED, text="the signature of the answer is of a kind that cannot be checked here")
        if signed is not Signed.GOOD:
            failed = failed or "the signature of the answer is wrong"
            continue
        refused = "" if _same_key(one, issuer) else _no_delegate(one, issuer, moments)
        if not refused:
            return None
        failed = refused
    return _useless(failed or f'the answer is signed by somebody else than "{title(issuer)}"')


def _same_key(one: Certificate, issuer: Certificate) -> bool:
    return one.read.key is not None and issuer.read.key is not None and one.read.key.spki == issuer.read.key.spki


def _named(answer: ocsp.OcspAnswer, one: Certificate) -> bool:
    """Whether the answer names this certificate as the responder's."""
    if answer.responder_key:
        return hashlib.sha1(ocsp.key_bits(one), usedforsecurity=False).digest() == answer.responder_key
    try:
        wanted, _ = name(answer.responder_name)
    except ValueError:
        return False
    return one.read.subject is not None and one.read.subject.key == wanted.key


def _no_delegate(one: Certificate, issuer: Certificate, moments: Moments) -> str:
    """Why a certificate other than the issuer's may not sign answers for it, "" if it may."""
    read, above = one.read, issuer.read
    who = f'the answer is signed by "{title(one)}"'
    if read.issuer is None or above.subject is None or read.issuer.key != above.subject.key or signed_by(one, issuer) is not Signed.GOOD:
        return f'{who}, whose certificate is not from "{title(issuer)}"'
    if OCSP_SIGNING not in (read.extended_key_usage or ()):
        return f"{who}, whose certificate does not allow it to sign answers (extended key usage OCSPSigning)"
    begins, ends = read.not_before, read.not_after
    if not any(begins and ends and begins <= one <= ends for one in (moments.judged, moments.seen)):
        return f"{who}, whose own certificate is not valid at this time"
    return ""


def _not_for(found: crl.Crl, certificate: Certificate) -> str:
    """Why the list does not speak of the certificate, "" if it does (RFC 5280 section 6.3.3 b)."""
    if found.unknown:
        return f"the list has a critical extension that is not known here: {found.unknown[0]}"
    if found.delta:
        return "the list holds changes to another one only"
    is_ca = bool(certificate.read.is_ca)
    if found.only in ("indirect", "reasons", "attributes") or (found.only == "users" and is_ca) or (found.only == "authorities" and not is_ca):
        what = {"indirect": "other issuers too", "reasons": "some reasons only", "attributes": "attribute certificates only"}
        return f"the list is for {what.get(found.only) or ('authorities only' if found.only == 'authorities' else 'certificates that are no authority only')}"
    if found.points and not set(found.points) & set(certificate.read.crl):
        return "the list is for other distribution points"
    if found.entry and found.entry.foreign:
        return "what the list says of the serial number belongs to another issuer, or cannot be understood here"
    return ""


def _timely(what: str, begins: datetime, ends: datetime | None, revoked_at: datetime | None, reason: str, moments: Moments) -> Word:
    """The status itself, if it is of the right time."""

    def holds(moment: datetime) -> bool:
        return begins - SKEW <= moment and (ends is None or moment <= ends)

    period = f"of {begins:%Y-%m-%d %H:%M}" + (f", to be used until {ends:%Y-%m-%d %H:%M} UTC" if ends else " UTC")
    lasting = revoked_at is not None and reason != HOLD and revoked_at <= moments.judged and holds(moments.seen)
    if not holds(moments.judged) and not lasting:
        if holds(moments.seen):
            # What it will say at another time cannot be known, and it is nobody's fault.
            text = f"the {what} is for another time: it is {period}, and says nothing of the moment that is judged"
            return Word(status=Status.NOT_ASKED, text=text, untimely=True)
        if ends is not None and ends < moments.judged:
            return _useless(f"the {what} has expired: it is {period}")
        return _useless(f"the {what} is from the future: it is {period}")
    if revoked_at is None:
        return Word(status=Status.GOOD, text=f"not revoked, by the {what} {period}")
    why = f", reason {reason}" if reason else ", without a reason"
    return Word(status=Status.REVOKED, text=f"revoked on {revoked_at:%Y-%m-%d %H:%M} UTC{why}, by the {what} {period}", revoked_at=revoked_at, reason=reason)
