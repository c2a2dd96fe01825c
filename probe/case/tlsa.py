"""Whether what a server sends is what its TLSA records expect (RFC 6698, RFC 7671). Pure."""

from enum import StrEnum
from hashlib import sha256, sha512

from probe.case.case import Case
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.noun import noun
from probe.facts.observation import Lookup
from probe.facts.records import Association

PKIX_TA, PKIX_EE, DANE_TA, DANE_EE = 0, 1, 2, 3
USAGES = {PKIX_TA: "PKIX-TA", PKIX_EE: "PKIX-EE", DANE_TA: "DANE-TA", DANE_EE: "DANE-EE"}
SELECTORS = {0: "whole certificate", 1: "public key"}
SIZES = {1: 32, 2: 64}
"""Octets of SHA-256 and SHA-512, by matching type."""
MAIL = frozenset({"smtp", "lmtp", "smtps"})
"""Between mail servers the two usages that need a trust store do not count (RFC 7672 section 3.1.3)."""


class Fits(StrEnum):
    """How a record and what was sent go together."""

    YES = "yes"
    NO = "no"
    NOT_SENT = "not-sent"  # it means an authority that is known, but that the server does not send: a client that has it from nowhere fails
    UNUSABLE = "unusable"  # a number that has no meaning, a digest of the wrong length, or a usage that does not count here
    UNDECIDED = "undecided"  # a whole certificate or key that was not sent, and may have signed all the same


@noun
class Expected:
    """The records that count, and how each goes with what was sent. ``authentic``: the server that was asked says that it validated them with DNSSEC."""

    lookup: Lookup
    records: tuple[tuple[Association, Fits], ...]

    @property
    def authentic(self) -> bool:
        """Without that clients take no notice of the records (RFC 7671 section 2)."""
        return self.lookup.authentic

    @property
    def usable(self) -> tuple[tuple[Association, Fits], ...]:
        """Those that mean something."""
        return tuple(one for one in self.records if one[1] is not Fits.UNUSABLE)

    @property
    def met(self) -> bool | None:
        """Whether one of them fits, which is enough; ``None`` when that cannot be said."""
        found = {fits for _, fits in self.usable}
        if Fits.YES in found:
            return True
        return None if not found or Fits.UNDECIDED in found else False


def lookup(case: Case) -> Lookup | None:
    """The answer that counts: that about the name where the aliases lead, else that about the name itself (RFC 7671 section 7)."""
    found = [one for one in case.observation.lookups if one.type == "TLSA" and one.records]
    own = f"_{case.target.port}._tcp.{case.target.host}"
    return next((one for one in found if one.name != own), next(iter(found), None))


def expected(case: Case) -> Expected | None:
    """The records that hold for this endpoint against the chain that was sent; ``None`` when there are none, or no certificate was seen."""
    found = lookup(case)
    if found is None or not case.presented:
        return None
    records = tuple(one for one in found.records if isinstance(one, Association))
    return Expected(lookup=found, records=tuple((one, fits(one, case)) for one in records))


def fits(one: Association, case: Case) -> Fits:
    """Hold one record against the chain. The authority of usage 0 is looked for in every path, that of usage 2 among what was sent (RFC 7671 section 5.2)."""
    if one.usage not in USAGES or one.selector not in SELECTORS or one.matching not in (0, *SIZES) or len(one.data) != SIZES.get(one.matching, len(one.data)):
        return Fits.UNUSABLE
    if case.target.protocol in MAIL and one.usage in (PKIX_TA, PKIX_EE):
        return Fits.UNUSABLE
    if one.usage in (PKIX_EE, DANE_EE):
        return Fits.YES if same(one, case.presented[0]) else Fits.NO
    sent = case.presented[0 if is_self_issued(case.presented[0]) else 1 :]
    if any(same(one, other) for other in sent):
        return Fits.YES
    above = tuple(link.certificate for path in case.paths.paths for link in path.links[1:])
    if any(same(one, other) for other in above):
        return Fits.YES if one.usage == PKIX_TA else Fits.NOT_SENT
    # A digest says nothing of who signed; a whole key could still have.
    return Fits.UNDECIDED if one.usage == PKIX_TA or one.matching == 0 else Fits.NO


def same(one: Association, certificate: Certificate) -> bool:
    """Whether a record means this certificate."""
    return bool(one.data) and one.data == digest(one, certificate)


def digest(one: Association, certificate: Certificate) -> bytes:
    """What a record with these numbers says of a certificate (RFC 6698 section 2.1.4); empty where its key cannot be read."""
    data = certificate.der if one.selector == 0 else certificate.read.key.spki if certificate.read.key else b""
    return data if not data or one.matching == 0 else sha256(data).digest() if one.matching == 1 else sha512(data).digest()


def spelled(one: Association) -> str:
    """A record as in a zone file, its data cut."""
    digits = one.data.hex()
    return f"{one.usage} {one.selector} {one.matching} {digits[:16]}{'...' if len(digits) > 16 else ''}"
