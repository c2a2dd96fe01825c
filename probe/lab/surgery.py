"""Certificates that no library would make: parts are exchanged in the DER, then it is signed again, or not."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from probe.lab.keys import PrivateKey

SEQUENCE = 0x30
BIT_STRING = 0x03
UTF8_STRING = 0x0C
PRINTABLE_STRING = 0x13

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
# AlgorithmIdentifiers of RFC 3279 section 2.2 and RFC 4055 section 5.
_RSA = {"md5": "04", "sha1": "05", "sha224": "0e", "sha256": "0b", "sha384": "0c", "sha512": "0d"}
_ECDSA = {"sha1": "06072a8648ce3d0401", "sha224": "06082a8648ce3d040301", "sha256": "06082a8648ce3d040302", "sha384": "06082a8648ce3d040303"}


def hash_algorithm(name: str) -> hashes.HashAlgorithm:
    """Give the hash of this name. Raises ``KeyError`` for one that the laboratory does not know."""
    return _HASHES[name]


def tlv(tag: int, *parts: bytes) -> bytes:
    """Write one DER element."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + len(body).to_bytes(size) + body


def children(element: bytes) -> list[bytes]:
    """Split a constructed DER element, which is known to be well formed, into its parts."""
    parts, (at, end) = [], _bounds(element, 0)
    while at < end:
        _, after = _bounds(element, at)
        parts.append(element[at:after])
        at = after
    return parts


def retyped(name: bytes, tag: int) -> bytes:
    """Write a distinguished name again with every UTF8String or PrintableString as a string of type ``tag``."""
    if name[0] in (UTF8_STRING, PRINTABLE_STRING):
        return bytes((tag,)) + name[1:]
    return tlv(name[0], *(retyped(part, tag) for part in children(name))) if name[0] & 0x20 else name


def signed(tbs: list[bytes], key: PrivateKey, hash_name: str) -> bytes:
    """Sign the parts of a TBSCertificate with any hash, the weak ones included; the third part (``signature``) is set to fit.

    Parts begin with the version, as RFC 5280 section 4.1 lists them; an empty part is left out.
    """
    algorithm = _algorithm(key, hash_name)
    body = tlv(SEQUENCE, *(algorithm if index == 2 else part for index, part in enumerate(tbs)))
    digest = hash_algorithm(hash_name)
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(body, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(body, ec.ECDSA(digest))
    else:
        signature = key.sign(body)
    return tlv(SEQUENCE, body, algorithm, tlv(BIT_STRING, b"\0", signature))


def with_other_serial(certificate: bytes) -> bytes:
    """Alter the serial number and leave the signature as it was."""
    body, algorithm, signature = children(certificate)
    parts = children(body)
    serial = 1 if parts[0][0] == 0xA0 else 0
    parts[serial] = parts[serial][:-1] + bytes((parts[serial][-1] ^ 1,))
    return tlv(SEQUENCE, tlv(SEQUENCE, *parts), algorithm, signature)


def with_flipped_signature(certificate: bytes) -> bytes:
    """Flip the last bit of the signature."""
    return certificate[:-1] + bytes((certificate[-1] ^ 1,))


def _algorithm(key: PrivateKey, hash_name: str) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return tlv(SEQUENCE, bytes.fromhex("06092a864886f70d0101" + _RSA[hash_name]), b"\x05\0")
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return tlv(SEQUENCE, bytes.fromhex(_ECDSA[hash_name]))
    return tlv(SEQUENCE, bytes.fromhex("06032b6570"))


def _bounds(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins, and where it ends."""
    length = data[at + 1]
    if length < 0x80:
        return at + 2, at + 2 + length
    size = length & 0x7F
    begin = at + 2 + size
    return begin, begin + int.from_bytes(data[at + 2 : begin])
