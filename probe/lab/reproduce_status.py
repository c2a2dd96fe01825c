"""Observed OCSP answers and revocation lists, signed again by the copied authorities about the copied certificates."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from probe.case.signature import Signed, signed_with
from probe.facts import der
from probe.facts.certificate import Certificate
from probe.lab.keys import SigningKey
from probe.lab.reproduce_chain import Copies

LISTED = 1000
"""Entries of a revocation list that are copied besides those about known certificates."""


def responders(data: bytes) -> tuple[Certificate, ...]:
    """The certificates that come along in an OCSP answer; none when it cannot be read."""
    try:
        found = ocsp.load_der_ocsp_response(data)
        return tuple(Certificate(der=one.public_bytes(Encoding.DER)) for one in found.certificates)
    except (ValueError, UnsupportedAlgorithm):
        return ()


def copied_answer(data: bytes, known: Iterable[Certificate], copies: Copies, shift: timedelta) -> bytes | None:
    """Write an OCSP answer again; one that is a mere refusal stays as it is, ``None`` when it cannot be copied."""
    every = (*known, *responders(data))
    try:
        answer = ocsp.load_der_ocsp_response(data)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return data
        pair = _about(answer, every)
        if pair is None:
            return None
        signer = _signer(every, answer.tbs_response_bytes, answer.signature, answer.signature_algorithm_oid.dotted_string)
        own, above = (_loaded(copies.certificate(one)) for one in pair)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=own,
            issuer=above,
            algorithm=answer.hash_algorithm,
            cert_status=answer.certificate_status,
            this_update=answer.this_update_utc + shift,
            next_update=answer.next_update_utc + shift if answer.next_update_utc else None,
            revocation_time=answer.revocation_time_utc + shift if answer.revocation_time_utc else None,
            revocation_reason=answer.revocation_reason,
        )
        encoding = ocsp.OCSPResponderEncoding.NAME if answer.responder_name is not None else ocsp.OCSPResponderEncoding.HASH
        builder = builder.responder_id(encoding, _loaded(copies.certificate(signer)) if signer else above)
        if along := [_loaded(copies.certificate(one)) for one in responders(data)]:
            builder = builder.certificates(along)
        return builder.sign(_key(signer, copies), _digest(answer.signature_hash_algorithm)).public_bytes(Encoding.DER)
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
        return None


def copied_list(data: bytes, known: Iterable[Certificate], copies: Copies, shift: timedelta) -> bytes | None:
    """Write a revocation list again, with the entries about known certificates and some others; ``None`` when it cannot be copied."""
    every = tuple(known)
    try:
        listed = x509.load_der_x509_crl(data)
        signer = _signer(every, listed.tbs_certlist_bytes, listed.signature, listed.signature_algorithm_oid.dotted_string)
        builder = x509.CertificateRevocationListBuilder().issuer_name(listed.issuer).last_update(listed.last_update_utc + shift)
        builder = builder.next_update((listed.next_update_utc or datetime.now(UTC) - shift) + shift)
        for extension in listed.extensions:
            builder = builder.add_extension(extension.value, extension.critical)
        serials = {one.read.serial for one in every}
        for number, entry in enumerate(listed):
            if number < LISTED or entry.serial_number in serials:
                builder = builder.add_revoked_certificate(_entry(entry, shift))
        return builder.sign(_key(signer, copies), _digest(listed.signature_hash_algorithm)).public_bytes(Encoding.DER)
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
        return None


def _entry(entry: x509.RevokedCertificate, shift: timedelta) -> x509.RevokedCertificate:
    made = x509.RevokedCertificateBuilder().serial_number(entry.serial_number).revocation_date(entry.revocation_date_utc + shift)
    for extension in entry.extensions:
        made = made.add_extension(extension.value, extension.critical)
    return made.build()


def _about(answer: ocsp.OCSPResponse, known: tuple[Certificate, ...]) -> tuple[Certificate, Certificate] | None:
    """The certificate that the answer is about, and its issuer."""
    for one in known:
        if one.read.serial != answer.serial_number or one.read.issuer is None:
            continue
        for above in known:
            if above.read.subject and above.read.subject.key == one.read.issuer.key and _hash_of_key(above, answer.hash_algorithm) == answer.issuer_key_hash:
                return one, above
    return None


def _hash_of_key(certificate: Certificate, algorithm: hashes.HashAlgorithm) -> bytes:
    """The hash of a public key as OCSP names an issuer (RFC 6960 section 4.1.1)."""
    digest = hashes.Hash(algorithm)
    spki = certificate.read.key.spki if certificate.read.key else b""
    digest.update(der.bits(spki, der.children(spki, der.whole(spki))[1]) if spki else b"")
    return digest.finalize()


def _signer(known: tuple[Certificate, ...], tbs: bytes, signature: bytes, oid: str) -> Certificate | None:
    """Who signed it; ``None`` when nobody known did."""
    return next((one for one in known if one.read.key and signed_with(one.read.key, tbs, signature, oid, b"") is Signed.GOOD), None)


def _key(signer: Certificate | None, copies: Copies) -> SigningKey:
    """The copied signer's key; one that fits nothing when it was signed by nobody known."""
    return (copies.copy(signer).key if signer else None) or ec.generate_private_key(ec.SECP256R1())


def _digest(algorithm: hashes.HashAlgorithm | None) -> hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    if algorithm is None:
        return None
    return algorithm if isinstance(algorithm, hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512) else hashes.SHA256()


def _loaded(certificate: Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.der)
