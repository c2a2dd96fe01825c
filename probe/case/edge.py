"""One step of a path: does this key fit that signature, and do the key identifiers agree?"""

from enum import Enum

from probe.case.signature import Signed, signed_by
from probe.facts.certificate import Certificate, is_self_issued


class Agreement(Enum):
    """Whether a certificate's authority key identifier (RFC 5280 section 4.2.1.1) points at a candidate for its issuer."""

    AGREE = "agree"
    SILENT = "silent"  # one of the two does not name a key
    DISAGREE = "disagree"

    @property
    def distance(self) -> int:
        """0 for the nearest."""
        return (Agreement.AGREE, Agreement.SILENT, Agreement.DISAGREE).index(self)


def agreement(child: Certificate, candidate: Certificate) -> Agreement:
    """Compare the key identifiers, and the serial number where the child names one."""
    asked, has = child.read, candidate.read
    if asked.authority_serial is not None and asked.authority_serial != has.serial:
        return Agreement.DISAGREE
    if not asked.authority_key_id or not has.subject_key_id:
        return Agreement.SILENT
    return Agreement.AGREE if asked.authority_key_id == has.subject_key_id else Agreement.DISAGREE


def self_signed(certificate: Certificate) -> bool:
    """Whether a certificate has its own name as issuer and its own key made the signature, or may have made it."""
    return is_self_issued(certificate) and signed_by(certificate, certificate) in (Signed.GOOD, Signed.UNKNOWN)


_SIGNS = (("1.2.840.113549.1.1.", "RSA"), ("1.2.840.10045.4.", "EC"), ("1.2.840.10040.4.3", "DSA"), ("1.3.101.112", "Ed25519"), ("1.3.101.113", "Ed448"))


def kind_fits(child: Certificate, candidate: Certificate) -> bool:
    """Whether the candidate's kind of key can have made the child's signature at all, so far as the algorithm tells."""
    key, algorithm = candidate.read.key, child.read.signature_oid or ""
    kind = next((one for oid, one in _SIGNS if algorithm.startswith(oid)), None)
    return key is None or kind is None or key.kind.removesuffix("-PSS") == kind
