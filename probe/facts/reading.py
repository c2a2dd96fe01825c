"""The nouns of what a certificate says."""

from datetime import datetime

from probe.facts.noun import noun


@noun
class Name:
    """A distinguished name. ``der`` is the SEQUENCE as it came, ``text`` RFC 4514 order and escapes (for people, not for comparing).

    ``key`` compares equal for names that RFC 5280 section 7.1 calls equal (case, white space and string type do not count).
    ``attributes`` are (short name or dotted OID, value) in the order of the encoding.
    """

    der: bytes
    text: str
    key: bytes
    attributes: tuple[tuple[str, str], ...] = ()


@noun
class Extension:
    """One extension: dotted OID, criticality, and the bytes inside the OCTET STRING."""

    oid: str
    critical: bool
    value: bytes


@noun
class Key:
    """A public key. ``kind`` is RSA, RSA-PSS, EC, Ed25519, Ed448, DSA, X25519, ML-DSA or the dotted OID; ``bits`` its size; ``curve`` the EC curve's name.

    A curve that is not known by name is its dotted OID; one given by parameters is ``explicit``. ``spki`` is the SubjectPublicKeyInfo as it came.
    """

    spki: bytes
    kind: str
    bits: int | None = None
    curve: str | None = None


@noun
class Subtrees:
    """Name constraints (RFC 5280 section 4.2.1.10): (kind, value) with kind one of dns, email, ip, uri, dn, other; a DN is its DER in hex.

    An ip is ``address/prefix length`` or, with a mask that has gaps, ``address/mask``. Values are as written in the certificate (a leading dot is kept).
    """

    permitted: tuple[tuple[str, str], ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()


@noun
class Reading:
    """What a certificate says. ``read_by`` is ``cryptography`` (strict), ``lenient`` (own reader) or ``hex`` (nothing could be read).

    ``version`` counts from 1. ``tbs`` are the signed bytes. ``signature_parameters`` is the whole element after the algorithm's OID (empty: none).
    ``other_names`` are the names of the subjectAltName that are neither dNSName nor iPAddress: (kind, value) as in ``Subtrees``.
    ``key_usage`` and ``extended_key_usage`` have the names of RFC 5280 (``keyCertSign``, ``serverAuth``); an unknown purpose is its dotted OID.
    Both are ``None`` without the extension, as is ``is_ca`` without basicConstraints. ``ca_issuers``, ``ocsp`` and ``crl`` are URLs.
    ``has_san`` is true also when the extension cannot be read.
    """

    read_by: str
    faults: tuple[str, ...] = ()
    version: int | None = None
    serial: int | None = None
    subject: Name | None = None
    issuer: Name | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    key: Key | None = None
    tbs: bytes = b""
    signature: bytes = b""
    signature_oid: str | None = None
    signature_parameters: bytes = b""
    inner_signature_oid: str | None = None
    extensions: tuple[Extension, ...] = ()
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    other_names: tuple[tuple[str, str], ...] = ()
    has_san: bool = False
    is_ca: bool | None = None
    path_length: int | None = None
    key_usage: tuple[str, ...] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    subject_key_id: bytes | None = None
    authority_key_id: bytes | None = None
    authority_serial: int | None = None
    name_constraints: Subtrees | None = None
    ca_issuers: tuple[str, ...] = ()
    ocsp: tuple[str, ...] = ()
    crl: tuple[str, ...] = ()
