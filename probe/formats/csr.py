"""Certificate requests (PKCS #10, RFC 2986) in PEM or DER: whose key, which names, and whether whoever made it holds the key. Sans I/O."""

from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from probe.facts import der
from probe.facts.certificate import Key, Name
from probe.facts.distinguished import name
from probe.facts.extensions import Values, read_all
from probe.facts.keys import public_key
from probe.facts.noun import noun
from probe.facts.reading import Extension
from probe.formats import pem

MAX_SIZE = 256 * 1024
MAX_EXTENSIONS = 100
_EXTENSION_REQUEST, _MICROSOFT_EXTENSIONS = "1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14"
_CHALLENGE = "1.2.840.113549.1.9.7"
_ATTRIBUTES = 0xA0


@noun
class Request:
    """What a request asks for. ``where`` is its place in the file. ``signed`` tells whether its own key signed it (``None``: that cannot be checked here).

    ``dns_names`` and ``ip_addresses`` are those of the subjectAltName asked for, ``extensions`` all that is asked for. ``faults`` are deviations from the
    standard. ``signature_oid`` is the algorithm of its signature. ``challenge_password``: it carries one; the password itself is never read out, though
    everybody who has the request can.
    """

    der: bytes
    where: str
    subject: Name | None = None
    key: Key | None = None
    signed: bool | None = None
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    other_names: tuple[tuple[str, str], ...] = ()
    key_usage: tuple[str, ...] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    is_ca: bool | None = None
    extensions: tuple[Extension, ...] = ()
    challenge_password: bool = False
    signature_oid: str = ""
    faults: tuple[str, ...] = ()


def read(data: bytes) -> tuple[Request, ...]:
    """All requests of a file, those too that are damaged; none gives an empty tuple. Never raises."""
    if data[:1] == b"\x30":
        return (request(data, "the file"),) if is_request(data) else ()
    return tuple(request(body, where) for body, where in pem.bodies(data, ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")))


def is_request(data: bytes) -> bool:
    """Whether the outer structure is that of a request: version, subject, key, attributes; algorithm; signature (RFC 2986 section 4)."""
    try:
        parts = der.children(data, der.whole(data))
        fields = der.children(data, parts[0])
    except (ValueError, IndexError):
        return False
    return [one.tag for one in fields[:3]] == [der.INTEGER, der.SEQUENCE, der.SEQUENCE] and len(parts) == 3 and len(fields) <= 4


def request(data: bytes, where: str) -> Request:
    """Read one request. Never raises."""
    if len(data) > MAX_SIZE:
        return Request(der=b"", where=where, faults=(f"too large to be read: {len(data)} bytes",))
    if not is_request(data):
        return Request(der=data, where=where, faults=("not a certificate request, or a damaged one",))
    faults: list[str] = []
    values: Values = {}
    outer = der.whole(data)
    if outer.end != len(data):
        faults.append("bytes behind its end")
    _version, subject, key, *rest = der.children(data, der.children(data, outer)[0])
    found_name = found_key = None
    try:
        found_name, wrong = name(der.encoded(data, subject))
        faults += (f"subject: {one}" for one in wrong)
    except ValueError as problem:
        faults.append(f"subject: {problem}")
    try:
        found_key, wrong = public_key(der.encoded(data, key))
        faults += (f"key: {one}" for one in wrong)
    except ValueError as problem:
        faults.append(f"key: {problem}")
    extensions: tuple[Extension, ...] = ()
    challenge = False
    try:
        extensions, challenge = _attributes(data, rest[0]) if rest and rest[0].tag == _ATTRIBUTES else ((), False)
        read_all(extensions, values, faults)
    except (ValueError, IndexError) as problem:
        faults.append(f"attributes: {problem}")
    asked: dict[str, Any] = {one: values[one] for one in _ASKED if one in values}
    return Request(
        der=data,
        where=where,
        subject=found_name,
        key=found_key,
        signed=_signed(data[: outer.end], faults),
        extensions=extensions,
        challenge_password=challenge,
        signature_oid=_algorithm(data, outer),
        faults=tuple(faults),
        **asked,
    )


_ASKED = ("dns_names", "ip_addresses", "other_names", "key_usage", "extended_key_usage", "is_ca")


def _attributes(data: bytes, one: der.Item) -> tuple[tuple[Extension, ...], bool]:
    """The extensions asked for (RFC 2985 section 5.4.2), in either of their two wrappings, and whether there is a challenge password."""
    found: list[Extension] = []
    challenge = False
    for attribute in der.children(data, one):
        fields = der.children(data, attribute)
        kind = der.oid(der.content(data, fields[0]))
        challenge = challenge or kind == _CHALLENGE
        if kind not in (_EXTENSION_REQUEST, _MICROSOFT_EXTENSIONS):
            continue
        for entry in der.children(data, der.children(data, fields[1])[0])[:MAX_EXTENSIONS]:
            oid, *middle, value = der.children(data, entry)
            critical = any(part.tag == der.BOOLEAN and der.content(data, part) != b"\0" for part in middle)
            found.append(Extension(oid=der.oid(der.content(data, oid)), critical=critical, value=der.octets(data, value)))
    return tuple(found), challenge


def _algorithm(data: bytes, outer: der.Item) -> str:
    """The algorithm of its signature as a dotted OID; "" when that cannot be read."""
    try:
        return der.oid(der.content(data, der.children(data, der.children(data, outer)[1])[0]))
    except (ValueError, IndexError):
        return ""


def _signed(data: bytes, faults: list[str]) -> bool | None:
    """Whether the key in the request made its signature."""
    try:
        made = x509.load_der_x509_csr(data)
        # What the library calls wrong may only be made with a hash that it no longer takes.
        return made.is_signature_valid or _fits(made)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm, OverflowError, x509.InvalidVersion):
        faults.append("its signature cannot be checked")
        return None


def _fits(made: x509.CertificateSigningRequest) -> bool:
    """Whether the signature fits, whatever the hash. Raises as the library does."""
    key, digest = made.public_key(), made.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey) and digest is not None:
        scheme = made.signature_algorithm_parameters
        if isinstance(scheme, padding.PKCS1v15 | padding.PSS):
            key.verify(made.signature, made.tbs_certrequest_bytes, scheme, digest)
            return True
    if isinstance(key, ec.EllipticCurvePublicKey) and digest is not None:
        key.verify(made.signature, made.tbs_certrequest_bytes, ec.ECDSA(digest))
        return True
    return False
