"""What a certificate of the laboratory shall look like."""

from datetime import datetime

from probe.facts.noun import noun
from probe.lab.keys import PrivateKey


@noun
class Traits:
    """The knobs of one certificate; what is not given is as a careful CA would have it.

    Identity: ``common_name`` (``None``: the first name given to ``issue``; ``""``: no common name at all), ``organization``, ``printable`` (the own name as
    PrintableString in place of UTF8String), ``issuer_printable`` (the same for the issuer's name as written here), ``san`` (``False``: no subjectAltName).
    Time: ``starts`` and ``ends`` in days relative to ``now`` (``None``: this moment).
    Key: ``key`` is one of ``probe.lab.keys.KINDS``, or a private key to use again; ``slot`` tells cached RSA keys apart.
    Signature: ``hash`` (md5, sha1, sha224, sha256, sha384, sha512), ``pss`` (RSASSA-PSS), ``damage`` ("", "signature": a bit of it is flipped,
    "content": the serial number is altered after signing). ``version`` 1 has no extensions.
    Extensions (RFC 5280 section 4.2): ``ca`` (``None``: no basicConstraints), ``ca_critical``, ``path_length``, ``key_usage`` and ``extended_key_usage``
    (``None``: the usual ones, empty: the extension is left out), ``permitted`` and ``excluded`` ("dns:shop.example", "ip:10.0.0.0/8"),
    ``ca_issuers``, ``ocsp`` and ``crl`` URLs, ``must_staple`` (TLS feature status_request, RFC 7633),
    ``timestamps`` (one of a transparency log that does not exist, RFC 6962 section 3.2),
    ``subject_key_id``, ``authority_key_id`` (``b""``: left out, other bytes: forged, ``None``: the issuer's),
    ``critical_oid`` (an extension of this OID that nobody knows, critical).
    """

    common_name: str | None = None
    organization: str | None = None
    printable: bool = False
    issuer_printable: bool = False
    san: bool = True
    starts: float | None = None
    ends: float | None = None
    now: datetime | None = None
    key: str | PrivateKey = "ec-p256"
    slot: str = ""
    hash: str = "sha256"
    pss: bool = False
    damage: str = ""
    version: int = 3
    ca: bool | None = False
    ca_critical: bool = True
    path_length: int | None = None
    key_usage: tuple[str, ...] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    permitted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    ca_issuers: tuple[str, ...] = ()
    ocsp: tuple[str, ...] = ()
    crl: tuple[str, ...] = ()
    must_staple: bool = False
    timestamps: bool = False
    subject_key_id: bool = True
    authority_key_id: bytes | None = None
    critical_oid: str | None = None
