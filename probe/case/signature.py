"""Who signed a certificate? One answer a pair, with the reason for a failure where the mathematics gives one."""

import hashlib
from enum import StrEnum
from functools import lru_cache
from typing import Any

from probe.facts import der
from probe.facts.certificate import Certificate, Key, key_of
from probe.facts.noun import noun


class Signed(StrEnum):
    """What became of the check of one signature with one key."""

    GOOD = "good"
    BAD_KEY = "bad-key"  # another key signed: with this one no RSA padding comes out, or the key is of another kind
    BAD_CONTENT = "bad-content"  # this key signed, but other content: the digest inside the RSA signature differs
    BAD = "bad"  # does not fit; the algorithm does not show whether key or content is wrong
    UNKNOWN = "unknown"  # an algorithm or key that cannot be checked here, or nothing to check


@noun
class _Algorithm:
    """Key kind, how it signs (pkcs1, pss, ecdsa, dsa, plain) and the digest's name."""

    kind: str
    scheme: str
    digest: str | None


_DIGESTS = {"MD5": "MD5", "SHA-1": "SHA1", "SHA-224": "SHA224", "SHA-256": "SHA256", "SHA-384": "SHA384", "SHA-512": "SHA512"}
_DIGESTS |= {"SHA3-224": "SHA3_224", "SHA3-256": "SHA3_256", "SHA3-384": "SHA3_384", "SHA3-512": "SHA3_512"}
_DIGEST_OIDS = {
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA-1",
    "2.16.840.1.101.3.4.2.4": "SHA-224",
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
    "2.16.840.1.101.3.4.2.7": "SHA3-224",
    "2.16.840.1.101.3.4.2.8": "SHA3-256",
    "2.16.840.1.101.3.4.2.9": "SHA3-384",
    "2.16.840.1.101.3.4.2.10": "SHA3-512",
}


def _table() -> dict[str, _Algorithm]:
    made: dict[str, _Algorithm] = {}
    rows: dict[tuple[str, str], dict[str, str | None]] = {
        ("RSA", "pkcs1"): {
            "1.2.840.113549.1.1.2": "MD2",
            "1.2.840.113549.1.1.3": "MD4",
            "1.2.840.113549.1.1.4": "MD5",
            "1.2.840.113549.1.1.5": "SHA-1",
            "1.3.14.3.2.29": "SHA-1",
            "1.2.840.113549.1.1.14": "SHA-224",
            "1.2.840.113549.1.1.11": "SHA-256",
            "1.2.840.113549.1.1.12": "SHA-384",
            "1.2.840.113549.1.1.13": "SHA-512",
            "2.16.840.1.101.3.4.3.13": "SHA3-224",
            "2.16.840.1.101.3.4.3.14": "SHA3-256",
            "2.16.840.1.101.3.4.3.15": "SHA3-384",
            "2.16.840.1.101.3.4.3.16": "SHA3-512",
        },
        ("RSA", "pss"): {"1.2.840.113549.1.1.10": None},
        ("EC", "ecdsa"): {
            "1.2.840.10045.4.1": "SHA-1",
            "1.2.840.10045.4.3.1": "SHA-224",
            "1.2.840.10045.4.3.2": "SHA-256",
            "1.2.840.10045.4.3.3": "SHA-384",
            "1.2.840.10045.4.3.4": "SHA-512",
            "2.16.840.1.101.3.4.3.9": "SHA3-224",
            "2.16.840.1.101.3.4.3.10": "SHA3-256",
            "2.16.840.1.101.3.4.3.11": "SHA3-384",
            "2.16.840.1.101.3.4.3.12": "SHA3-512",
        },
        ("DSA", "dsa"): {
            "1.2.840.10040.4.3": "SHA-1",
            "2.16.840.1.101.3.4.3.1": "SHA-224",
            "2.16.840.1.101.3.4.3.2": "SHA-256",
            "2.16.840.1.101.3.4.3.3": "SHA-384",
            "2.16.840.1.101.3.4.3.4": "SHA-512",
        },
        ("Ed25519", "plain"): {"1.3.101.112": None},
        ("Ed448", "plain"): {"1.3.101.113": None},
        ("ML-DSA", "plain"): {"2.16.840.1.101.3.4.3.17": None, "2.16.840.1.101.3.4.3.18": None, "2.16.840.1.101.3.4.3.19": None},
    }
    for (kind, scheme), oids in rows.items():
        for oid, digest in oids.items():
            made[oid] = _Algorithm(kind=kind, scheme=scheme, digest=digest)
    return made


_ALGORITHMS = _table()


def signed_by(certificate: Certificate, issuer: Certificate) -> Signed:
    """Whether the issuer's key signed the certificate. Names, dates and usages are not looked at. Never raises; cached by content."""
    read, above = certificate.read, issuer.read
    if not read.tbs or not read.signature or read.signature_oid is None or above.key is None:
        return Signed.UNKNOWN
    return _checked(read.tbs, read.signature, read.signature_oid, read.signature_parameters, above.key.spki, above.key.kind, issuer.der)


def signed_with(key: Key, tbs: bytes, signature: bytes, oid: str, parameters: bytes) -> Signed:
    """The same for anything else that is signed as a certificate is: a revocation list, an OCSP answer. What is large is not kept in memory."""
    if not tbs or not signature:
        return Signed.UNKNOWN
    check = _checked if len(tbs) <= _KEPT else _checked.__wrapped__
    return check(tbs, signature, oid, parameters, key.spki, key.kind)


_KEPT = 64 * 1024


def hash_name(certificate: Certificate) -> str | None:
    """The digest with which the certificate is signed ("SHA-256", "SHA-1", "MD5", ...).

    ``None`` where the algorithm has its own (Ed25519, ML-DSA) or is not known. For RSA-PSS it is the digest of its parameters (RFC 4055).
    """
    read = certificate.read
    known = _ALGORITHMS.get(read.signature_oid or "")
    if known is None:
        return None
    if known.scheme != "pss":
        return known.digest
    try:
        return _pss(read.signature_parameters)[0]
    except ValueError:
        return None


@lru_cache(maxsize=16384)
def _checked(tbs: bytes, signature: bytes, oid: str, parameters: bytes, spki: bytes, kind: str, holder: bytes = b"") -> Signed:
    known = _ALGORITHMS.get(oid)
    if known is None:
        return Signed.UNKNOWN
    if kind.removesuffix("-PSS") != known.kind or (kind == "RSA-PSS" and known.scheme != "pss"):
        return Signed.BAD_KEY
    try:
        return _verified(tbs, signature, known, parameters, spki, holder)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # hostile keys: every refusal of the library, a panic of its Rust part too, means that it cannot be checked
        return Signed.UNKNOWN


def _verified(tbs: bytes, signature: bytes, known: _Algorithm, parameters: bytes, spki: bytes, holder: bytes) -> Signed:
    """``holder`` is the certificate that the key stands in, where there is one."""
    from cryptography.exceptions import InvalidSignature  # heavy, and not needed to show a certificate
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    key: Any = key_of(holder) if holder else None
    if key is None:
        from cryptography.hazmat.primitives.serialization import load_der_public_key  # it brings the formats of SSH: 4 ms that few checks need

        key = load_der_public_key(spki)
    if known.scheme == "pkcs1" and known.digest not in _DIGESTS:
        return Signed.UNKNOWN
    try:
        if known.scheme == "pkcs1":
            key.verify(signature, tbs, padding.PKCS1v15(), _digest(known.digest))
        elif known.scheme == "pss":
            digest, mask, salt = _pss(parameters)
            key.verify(signature, tbs, padding.PSS(mgf=padding.MGF1(_digest(mask)), salt_length=salt), _digest(digest))
        elif known.scheme == "ecdsa":
            key.verify(signature, tbs, ec.ECDSA(_digest(known.digest)))
        elif known.scheme == "dsa":
            key.verify(signature, tbs, _digest(known.digest))
        else:
            key.verify(signature, tbs)
    except InvalidSignature:
        return _why(tbs, signature, known, key) if known.scheme == "pkcs1" else Signed.BAD
    return Signed.GOOD


def _digest(name: str | None) -> Any:
    from cryptography.hazmat.primitives import hashes

    return getattr(hashes, _DIGESTS[name or ""])()


def _why(tbs: bytes, signature: bytes, known: _Algorithm, key: Any) -> Signed:
    """Open an RSA signature (RFC 8017 section 8.2.2): with the right key the padding comes out, and then only the content can be wrong."""
    numbers = key.public_numbers()
    if numbers.n.bit_length() > 16384 or numbers.e.bit_length() > 64:
        return Signed.BAD  # the library refuses such keys too; raising to such powers would take minutes
    size = (numbers.n.bit_length() + 7) // 8
    opened = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(size, "big")
    if len(signature) != size or not opened.startswith(b"\0\1" + 8 * b"\xff"):
        return Signed.BAD_KEY
    filler, gap, inside = opened[2:].partition(b"\0")
    if not gap or filler.strip(b"\xff"):
        return Signed.BAD_KEY
    try:
        whole = der.expect(der.whole(inside), der.SEQUENCE, "the digest info")
        kind, value = der.children(inside, whole)
        algorithm = der.oid(der.content(inside, der.children(inside, kind)[0]))
    except (ValueError, IndexError):
        return Signed.BAD
    if _DIGEST_OIDS.get(algorithm) != known.digest:
        return Signed.BAD
    expected = hashlib.new(_DIGESTS[known.digest or ""].lower(), tbs, usedforsecurity=False).digest()
    return Signed.BAD_CONTENT if der.content(inside, value) != expected else Signed.BAD


def _pss(parameters: bytes) -> tuple[str, str, int]:
    """Digest, digest of the mask and salt length (RFC 4055 section 3.1; what is absent is SHA-1, SHA-1, 20). Raises ``ValueError``."""
    digest, mask, salt = "SHA-1", "SHA-1", 20
    if parameters:
        outer = der.expect(der.whole(parameters), der.SEQUENCE, "the parameters")
        for one in der.children(parameters, outer):
            inner = der.children(parameters, one)
            if len(inner) != 1:
                raise ValueError("a parameter that cannot be")
            if one.tag == 0xA0:
                digest = _digest_name(parameters, inner[0])
            elif one.tag == 0xA1:
                fields = der.children(parameters, inner[0])
                if len(fields) != 2 or der.oid(der.content(parameters, fields[0])) != "1.2.840.113549.1.1.8":
                    raise ValueError("an unknown mask generation")
                mask = _digest_name(parameters, fields[1])
            elif one.tag == 0xA2:
                salt = der.integer(der.content(parameters, inner[0]))
                if not 0 <= salt <= 1024:
                    raise ValueError("a salt length that cannot be")
    return digest, mask, salt


def _digest_name(data: bytes, algorithm: der.Item) -> str:
    fields = der.children(data, algorithm)
    known = _DIGEST_OIDS.get(der.oid(der.content(data, fields[0]))) if fields else None
    if known is None:
        raise ValueError("an unknown digest")
    return known
