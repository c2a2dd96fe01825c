"""Examining a client certificate before anything is sent: what stands against it, and whether it fits what a server asks for. Pure."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from probe.case.signature import Signed, hash_name, signed_by
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.distinguished import name
from probe.facts.identity import Identity
from probe.facts.noun import noun

CLIENT_AUTH, ANY = "clientAuth", "anyExtendedKeyUsage"
SIGNING_USAGES = ("digitalSignature", "keyAgreement")
"""What a key may be for if its owner signs a TLS handshake (OpenSSL: check_purpose_ssl_client)."""
RSA_BITS, EC_BITS = 2048, 224
"""The smallest keys that OpenSSL takes at its default security level, 112 bits."""
WEAK_HASHES = frozenset({"MD2", "MD4", "MD5", "SHA-1"})
HIGHEST = 10
"""Certificates of a client's chain that are looked at."""


class Flaw(StrEnum):
    """What can stand against a client certificate by itself."""

    MISFIT = "key-mismatch"  # the key at hand is that of another certificate
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    EKU = "eku"  # neither the extended nor the plain key usage may rule out a TLS client
    WEAK = "weak"


@noun
class Found:
    """One flaw, the certificate that has it, and the fact in a sentence. ``firm``: every server that looks refuses it, not only some."""

    flaw: Flaw
    about: Certificate
    fact: str
    firm: bool = True


@noun
class Climb:
    """The issuers above a client certificate: those that are ``sent`` (it itself first, each signed by the next), and those ``beyond`` that are known from
    elsewhere and not sent. ``complete``: what is sent goes up to a certificate that signed itself."""

    sent: tuple[Certificate, ...] = ()
    beyond: tuple[Certificate, ...] = ()
    complete: bool = False

    @property
    def top(self) -> Certificate | None:
        """The highest certificate that is known."""
        return (*self.sent, *self.beyond)[-1] if self.sent else None


class Listing(StrEnum):
    """How the issuers that a server names in its CertificateRequest fit a client's chain."""

    UNNAMED = "unnamed"  # the server names none, which proves nothing
    DIRECT = "direct"  # the issuer of the client's certificate is named
    ABOVE = "above"  # an issuer further up is named, and the intermediates that lead to it are sent
    BEYOND = "beyond"  # one is named to which only an intermediate leads that is not sent
    NONE = "none"  # none of the issuers that are known


def sendable(identity: Identity, at: datetime, anyway: bool) -> bool:
    """Whether a certificate may be presented at all: its key fits, and it is within its dates (or the user wants it ``anyway``)."""
    own = identity.own
    if own is None or not identity.fits:
        return False
    return anyway or not any(one.flaw in (Flaw.EXPIRED, Flaw.NOT_YET_VALID) and one.about == own for one in examine(identity, at))


def examine(identity: Identity, at: datetime) -> tuple[Found, ...]:
    """Everything that stands against a client certificate by itself, and against the issuers that would be sent with it."""
    own = identity.own
    if own is None:
        return ()
    found = [Found(flaw=Flaw.MISFIT, about=own, fact="The private key does not belong to the certificate.")] if identity.fits is False else []
    sent = climb(identity, ()).sent
    for one in sent:
        found += _dates(one, one is own, at)
    found += _usage(own)
    for one in sent:
        if not is_self_issued(one) or one is own:
            found += _strength(one, one is own)
    return tuple(found)


def _which(one: Certificate, own: bool) -> str:
    return f'The client certificate "{title(one)}"' if own else f'The intermediate "{title(one)}", which is sent with the client certificate,'


def _dates(one: Certificate, own: bool, at: datetime) -> list[Found]:
    begins, ends = one.read.not_before, one.read.not_after
    if ends is not None and ends < at:
        return [Found(flaw=Flaw.EXPIRED, about=one, fact=f"{_which(one, own)} expired on {ends:%Y-%m-%d %H:%M} UTC.")]
    if begins is not None and begins > at:
        return [Found(flaw=Flaw.NOT_YET_VALID, about=one, fact=f"{_which(one, own)} is valid from {begins:%Y-%m-%d %H:%M} UTC on only.")]
    return []


def _usage(own: Certificate) -> list[Found]:
    extended, plain = own.read.extended_key_usage, own.read.key_usage
    found = []
    if extended is not None and CLIENT_AUTH not in extended:
        listed = ", ".join(extended) or "nothing"
        fact = f'The client certificate "{title(own)}" is made for {listed}; a TLS client needs {CLIENT_AUTH}.'
        found.append(Found(flaw=Flaw.EKU, about=own, fact=fact, firm=ANY not in extended))
    if plain is not None and not set(plain) & set(SIGNING_USAGES):
        fact = (
            f'The key of the client certificate "{title(own)}" may be used for {", ".join(plain) or "nothing"}; a TLS client signs with it (digitalSignature).'
        )
        found.append(Found(flaw=Flaw.EKU, about=own, fact=fact))
    return found


def _strength(one: Certificate, own: bool) -> list[Found]:
    key, hashed = one.read.key, hash_name(one)
    found = []
    if key and key.bits and ((key.kind in ("RSA", "RSA-PSS", "DSA") and key.bits < RSA_BITS) or (key.kind == "EC" and key.bits < EC_BITS)):
        found.append(Found(flaw=Flaw.WEAK, about=one, fact=f"{_which(one, own)} has a key of {key.bits} bits ({key.kind}).", firm=False))
    if hashed in WEAK_HASHES:
        found.append(Found(flaw=Flaw.WEAK, about=one, fact=f"{_which(one, own)} is signed with {hashed}.", firm=False))
    return found


def climb(identity: Identity, known: Iterable[Certificate]) -> Climb:
    """Go up from the client's own certificate, first by what is sent with it, then by what is ``known`` from elsewhere."""
    own = identity.own
    if own is None:
        return Climb()
    sent = _upwards(own, identity.certificates[1:])
    top = sent[-1]
    complete = is_self_issued(top)
    beyond = () if complete else _upwards(top, tuple(one for one in dict.fromkeys(known) if one not in identity.certificates))[1:]
    return Climb(sent=sent, beyond=beyond, complete=complete)


def _upwards(start: Certificate, candidates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    found = [start]
    while len(found) < HIGHEST and not is_self_issued(found[-1]):
        below = found[-1]
        wanted = below.read.issuer
        above = next(
            (
                one
                for one in candidates
                if wanted
                and one.read.subject
                and one.read.subject.key == wanted.key
                and one not in found
                and signed_by(below, one) in (Signed.GOOD, Signed.UNKNOWN)
            ),
            None,
        )
        if above is None:
            break
        found.append(above)
    return tuple(found)


def listing(found: Climb, named: tuple[bytes, ...]) -> Listing:
    """How a chain fits the distinguished names (DER) that a server names; names compare as RFC 5280 section 7.1 has it."""
    keys = {key for key in map(_key, named) if key}
    if not keys:
        return Listing.UNNAMED

    def among(certificates: tuple[Certificate, ...]) -> bool:
        return any(one.read.issuer is not None and one.read.issuer.key in keys for one in certificates)

    if among(found.sent[:1]):
        return Listing.DIRECT
    if among(found.sent[1:]):
        return Listing.ABOVE
    return Listing.BEYOND if among(found.beyond) else Listing.NONE


def _key(encoded: bytes) -> bytes | None:
    try:
        return name(encoded)[0].key
    except ValueError:
        return None


def signs(own: Certificate, schemes: tuple[str, ...], version: str | None) -> bool | None:
    """Whether the key can make one of the signatures that a server accepts (RFC 8446 section 4.2.3); ``None`` when it names none."""
    key = own.read.key
    if not schemes or key is None:
        return None
    modern = version == "TLSv1.3"
    if key.kind == "EC":
        curves = {"P-256": "ecdsa_secp256r1_", "P-384": "ecdsa_secp384r1_", "P-521": "ecdsa_secp521r1_"}
        beginning = curves.get(key.curve or "", f"ecdsa_{key.curve}") if modern else "ecdsa_"
        return any(one.startswith(beginning) for one in schemes)
    beginnings = {
        "RSA": ("rsa_pss_rsae_",) if modern else ("rsa_pss_rsae_", "rsa_pkcs1_"),
        "RSA-PSS": ("rsa_pss_pss_",),
        "Ed25519": ("ed25519",),
        "Ed448": ("ed448",),
    }
    known = beginnings.get(key.kind)
    return None if known is None else any(one.startswith(known) for one in schemes)
