"""Is this certificate one that a tenant can register as its authority? Pure.

The document "Managing CA Certificates using MindConnect MQTT API" makes one without keyUsage, and shows one of version 1: neither is a fault.
"""

from datetime import datetime, timedelta

from probe.case.registration.remarks import Remark, note, ok, problem
from probe.case.signature import Signed, hash_name, signed_by
from probe.facts.certificate import Certificate, is_self_issued

WEAK_HASHES = frozenset({"MD2", "MD4", "MD5", "SHA-1"})
RSA_BITS = 2048
SOON = timedelta(days=30)


def examine(certificates: tuple[Certificate, ...], keys: int, at: datetime, source: str) -> tuple[Remark, ...]:
    """Everything that can be said of a file that is to be registered. ``keys`` counts the private keys in it; ``certificates`` are not empty."""
    found: list[Remark] = []
    if keys:
        says = f"{source} also holds a private key, which must stay where it is and is never uploaded."
        found.append(problem(says, "Put the certificate into a file of its own, and the key into another that only its owner can read."))
    if len(certificates) > 1:
        says = f"{source} holds {len(certificates)} certificates, and exactly one is registered: that of the authority itself."
        found.append(problem(says, "Put the authority's own certificate into a file of its own."))
    own = certificates[0]
    if own.read.read_by != "cryptography":
        found.append(problem(f"{source} holds a certificate that a strict reader refuses: {'; '.join(own.read.faults[:2])}.", "Make it again."))
        return tuple(found)
    return (*found, *_kind(own, source), *dated(own, at, f"The authority in {source}"), *_key(own), *_usage(own))


def common_name(certificate: Certificate) -> str:
    """The last CN of the subject, "" without one."""
    subject = certificate.read.subject
    return next((value for name, value in reversed(subject.attributes) if name == "CN"), "") if subject else ""


def dated(certificate: Certificate, at: datetime, what: str, soon: timedelta = SOON) -> tuple[Remark, ...]:
    """Whether a certificate is valid at ``at``; ``what`` is how the sentence begins. An end within ``soon`` is a note."""
    begin, end = certificate.read.not_before, certificate.read.not_after
    if begin is None or end is None:
        return (problem(f"{what} has no readable dates.", "Make it again."),)
    if end <= at:
        return (problem(f"{what} is expired since {end:%Y-%m-%d %H:%M} UTC.", "Make a new one."),)
    if begin > at:
        return (problem(f"{what} is not valid before {begin:%Y-%m-%d %H:%M} UTC.", "Check the clock of the machine that made it, and of this one; or wait."),)
    if end - at < soon:
        return (note(f"{what} ends in {(end - at).days} days, on {end:%Y-%m-%d}."),)
    return (ok(f"{what} is valid until {end:%Y-%m-%d}."),)


def hashed(certificate: Certificate, what: str) -> tuple[Remark, ...]:
    """A remark when it is signed with a hash that many no longer take. Whether this system does is not verified."""
    name = hash_name(certificate)
    if name in WEAK_HASHES:
        return (note(f"{what} is signed with {name}; the documentation uses SHA-256, and many systems take nothing weaker.", "Make it again with SHA-256."),)
    return ()


def _kind(own: Certificate, source: str) -> list[Remark]:
    read = own.read
    name = read.subject.text if read.subject else ""
    found = [ok(f'{source}: "{name}", version {read.version}.')]
    if not common_name(own):
        found.append(note("Its subject has no CN, which the API tells back as commonName. Whether it is taken without one is not verified."))
    if not is_self_issued(own):
        says = f'It did not sign itself: its issuer is "{read.issuer.text if read.issuer else ""}". The documented authority signs itself.'
        found.append(note(says, "It must sign the agents' certificates itself: intermediates below the registered authority are not supported."))
    elif signed_by(own, own) in (Signed.BAD, Signed.BAD_KEY, Signed.BAD_CONTENT):
        found.append(problem("It names itself as its issuer, but its signature is not by its own key.", "Make it again: it is damaged, or not what it seems."))
    if read.is_ca is False:
        found.append(problem("Its basicConstraints say CA:FALSE: it is no authority.", "Name the certificate of the authority, not one that it issued."))
    elif read.is_ca is None and read.version == 1:
        found.append(note("It is of version 1, without extensions. The documentation shows such an authority; strict verifiers do not take it as one."))
    elif read.is_ca is None:
        found.append(problem("It has no basicConstraints with CA:TRUE: it is no authority (RFC 5280 section 4.2.1.9).", "Make it again, with CA:TRUE."))
    return found


def _key(own: Certificate) -> list[Remark]:
    key = own.read.key
    found = list(hashed(own, "The authority"))
    if key is None:
        return [*found, problem("Its public key cannot be read.", "Make it again with an RSA key of 2048 bits.")]
    if key.kind != "RSA":
        return [*found, note(f"Its key is {key.kind} {key.curve or ''}".rstrip() + "; the documentation uses RSA with 2048 bits. Others are not verified.")]
    if (key.bits or 0) < RSA_BITS:
        return [*found, problem(f"Its RSA key has {key.bits} bits; {RSA_BITS} are the least.", "Make a new authority with an RSA key of 2048 bits.")]
    return found


def _usage(own: Certificate) -> list[Remark]:
    usage = own.read.key_usage
    if usage is None:
        if own.read.version == 1:
            return []
        return [note("It has no keyUsage, as the documented commands make it. That matters for strict verifiers (OpenSSL -x509_strict, Python 3.13) only.")]
    if "keyCertSign" not in usage:
        return [problem("Its keyUsage does not have keyCertSign: it may not sign certificates.", "Make it again with keyCertSign, or without keyUsage.")]
    return []
