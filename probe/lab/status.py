"""OCSP answers and revocation lists as an authority makes them, with every fault that a scenario needs."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from probe.facts.noun import noun
from probe.lab.pki import Issued

_OCSP_HASHES: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384()}


@noun
class Wish:
    """What an answer or a list shall be like; what is not given is as a careful authority would have it.

    ``starts`` and ``ends`` are thisUpdate and nextUpdate in hours from now (``ends`` of ``None``: not given). ``revoked`` is how many hours ago, ``None`` for
    a certificate that is good; ``reason`` one of the names of RFC 5280 section 5.3.1. ``signer`` signs in place of the issuer, and its certificate comes along.
    For answers: ``unknown`` (the responder does not know the certificate), ``hash`` of the identifier (sha1, sha256, sha384), ``by_name`` (the responder
    names itself by its name, not by its key).
    """

    starts: float = -1
    ends: float | None = 24
    revoked: float | None = None
    reason: str = ""
    signer: Issued | None = None
    unknown: bool = False
    hash: str = "sha1"
    by_name: bool = False


def answer(issued: Issued, wish: Wish | None = None) -> bytes:
    """Sign an OCSP response (RFC 6960) about a certificate that has an issuer. Raises ``ValueError`` for one that has none."""
    wish = wish or Wish()
    issuer = issued.issuer
    if issuer is None:
        raise ValueError("a certificate that signed itself has no OCSP responder")
    now, signer = datetime.now(UTC), wish.signer or issuer
    status = ocsp.OCSPCertStatus.UNKNOWN if wish.unknown else ocsp.OCSPCertStatus.GOOD if wish.revoked is None else ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=issued.x509,
        issuer=issuer.x509,
        algorithm=_OCSP_HASHES[wish.hash],
        cert_status=status,
        this_update=now + timedelta(hours=wish.starts),
        next_update=None if wish.ends is None else now + timedelta(hours=wish.ends),
        revocation_time=None if wish.revoked is None else now - timedelta(hours=wish.revoked),
        revocation_reason=x509.ReasonFlags(wish.reason) if wish.reason else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME if wish.by_name else ocsp.OCSPResponderEncoding.HASH, signer.x509)
    if wish.signer is not None:
        builder = builder.certificates([wish.signer.x509])
    return builder.sign(signer.key, _hash(signer)).public_bytes(Encoding.DER)


def refusal() -> bytes:
    """Make the answer of a responder that has no time (tryLater), which nobody signs."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)


def revocation_list(issuer: Issued, *listed: Issued, wish: Wish | None = None, extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()) -> bytes:
    """Sign a list (RFC 5280 section 5) in which ``listed`` are revoked since ``wish.revoked`` hours (0 if not given).

    ``extensions`` are added, each with its criticality. With ``wish.signer`` the list bears the name of ``issuer`` and the signature of that one.
    """
    wish = wish or Wish()
    now, signer = datetime.now(UTC), wish.signer or issuer
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.x509.subject).last_update(now + timedelta(hours=wish.starts))
    builder = builder.next_update(now + timedelta(hours=24 if wish.ends is None else wish.ends)).add_extension(x509.CRLNumber(1), False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), False)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    for one in listed:
        entry = x509.RevokedCertificateBuilder().serial_number(one.x509.serial_number).revocation_date(now - timedelta(hours=wish.revoked or 0))
        if wish.reason:
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(wish.reason)), False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(signer.key, _hash(signer)).public_bytes(Encoding.DER)


def _hash(signer: Issued) -> hashes.SHA256 | None:
    return None if isinstance(signer.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
