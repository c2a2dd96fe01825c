"""Questions and answers about revocation in the Online Certificate Status Protocol (RFC 6960). Sans I/O, and nothing is verified here: bytes in, facts out."""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Any

from probe.facts import der
from probe.facts.certificate import Certificate
from probe.facts.noun import noun

MAX_SIZE = 128 * 1024
"""Bytes of an answer that are read; real ones have a few hundred to some thousand."""
MAX_SINGLES = 64
"""Statuses in one answer that are read; responders give one, or a handful."""
MAX_CERTIFICATES = 8
"""Certificates in one answer that are looked at."""
SUCCESSFUL = "successful"


@noun
class Single:
    """The status of one certificate (RFC 6960 section 4.2.1). ``algorithm`` is the hash of the identifier (SHA1, SHA256, ...).

    ``status`` is good, revoked or unknown. ``reason`` has the words of RFC 5280 section 5.3.1 ("" when none is given).
    """

    algorithm: str
    name_hash: bytes
    key_hash: bytes
    serial: int
    status: str
    revoked_at: datetime | None = None
    reason: str = ""
    this_update: datetime
    next_update: datetime | None = None


@noun
class OcspAnswer:
    """An answer. ``status`` is the responder's (successful, malformedRequest, internalError, tryLater, sigRequired, unauthorized); all else belongs to a
    successful one.

    The responder names itself by ``responder_name`` (a DER name) or ``responder_key`` (SHA-1 of its key). ``tbs`` are the signed bytes,
    ``signature_parameters`` the whole element after the algorithm's OID. ``certificates`` came with it.
    """

    status: str
    responder_name: bytes = b""
    responder_key: bytes = b""
    singles: tuple[Single, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    tbs: bytes = b""
    signature: bytes = b""
    signature_oid: str = ""
    signature_parameters: bytes = b""


def request(certificate: Certificate, issuer: Certificate) -> bytes:
    """Write the question about one certificate, identified by SHA-1 as every responder understands it (RFC 5019 section 2.1.1), without a nonce.

    ``b""`` when the certificate or its issuer cannot be read far enough.
    """
    from cryptography.hazmat.primitives import hashes  # heavy, and few checks ask
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    named = identifier(certificate, issuer, "SHA1")
    if named is None or certificate.read.serial is None:
        return b""
    try:
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(named[0], named[1], certificate.read.serial, hashes.SHA1())  # noqa: S303 -- what responders index by (RFC 5019 section 2.1.1)
        return builder.build().public_bytes(Encoding.DER)
    except (ValueError, TypeError, OverflowError):
        return b""


def identifier(certificate: Certificate, issuer: Certificate, algorithm: str) -> tuple[bytes, bytes] | None:
    """The hashes of the issuer's name and key by which a certificate is identified (RFC 6960 section 4.1.1); ``None`` if unreadable or of an unknown hash."""
    name, key = certificate.read.issuer, key_bits(issuer)
    if name is None or not key or algorithm not in _HASHES:
        return None
    digest = _HASHES[algorithm]
    return hashlib.new(digest, name.der, usedforsecurity=False).digest(), hashlib.new(digest, key, usedforsecurity=False).digest()


_HASHES = {"SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}


def key_bits(certificate: Certificate) -> bytes:
    """The value of the public key without its algorithm, over which the hashes of OCSP are made; empty when it cannot be read."""
    if certificate.read.key is None:
        return b""
    spki = certificate.read.key.spki
    try:
        return der.bits(spki, der.children(spki, der.whole(spki))[1])
    except (ValueError, IndexError):
        return b""


@lru_cache(maxsize=64)
def read(data: bytes) -> OcspAnswer | str:
    """Read an answer; what is none gives a sentence that says why. Never raises."""
    if not data:
        return "it is empty"
    if len(data) > MAX_SIZE:
        return f"it has {len(data)} bytes, more than are read"
    try:
        return _answer(data)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # a panic of the library's Rust part is no Exception
        return "it is no OCSP response"


def _answer(data: bytes) -> OcspAnswer | str:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    loaded: Any = ocsp.load_der_ocsp_response(data)
    if loaded.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return OcspAnswer(status=_camel(loaded.response_status.name))
    singles: list[Single] = []
    for one in loaded.responses:
        if len(singles) == MAX_SINGLES:
            return f"it speaks of more than {MAX_SINGLES} certificates"
        singles.append(_single(one))
    oid, parameters = _algorithm(data)
    if oid != loaded.signature_algorithm_oid.dotted_string:
        return "its signature algorithm cannot be read"
    return OcspAnswer(
        status=SUCCESSFUL,
        responder_name=loaded.responder_name.public_bytes() if loaded.responder_name is not None else b"",
        responder_key=loaded.responder_key_hash or b"",
        singles=tuple(singles),
        certificates=tuple(Certificate(der=one.public_bytes(Encoding.DER)) for one in loaded.certificates[:MAX_CERTIFICATES]),
        tbs=loaded.tbs_response_bytes,
        signature=loaded.signature,
        signature_oid=oid,
        signature_parameters=parameters,
    )


def _single(one: Any) -> Single:
    return Single(
        algorithm=one.hash_algorithm.name.upper(),
        name_hash=one.issuer_name_hash,
        key_hash=one.issuer_key_hash,
        serial=one.serial_number,
        status=one.certificate_status.name.lower(),
        revoked_at=one.revocation_time_utc,
        reason=one.revocation_reason.value if one.revocation_reason else "",
        this_update=one.this_update_utc,
        next_update=one.next_update_utc,
    )


def _algorithm(data: bytes) -> tuple[str, bytes]:
    """The signature algorithm with its parameters, which the library does not give. Raises ``ValueError`` or ``IndexError``."""
    outer = der.children(data, der.whole(data))
    inside = der.children(data, der.children(data, outer[1])[0])
    basic = der.octets(data, inside[1])
    fields = der.children(basic, der.children(basic, der.whole(basic))[1])
    return der.oid(der.content(basic, fields[0])), der.encoded(basic, fields[1]) if len(fields) > 1 else b""


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(one.capitalize() for one in rest)
