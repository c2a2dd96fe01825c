"""Reading ``--pin``: the exact certificate that a server is expected to send, as a file or as a SHA-256 fingerprint."""

import re
from hashlib import sha256
from pathlib import Path

from probe.capture.files import load
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.profile import Agreement
from probe.facts.target import Pin
from probe.facts.unusable import Unusable
from probe.formats import read

FORMS = "Write the SHA-256 of the certificate in hex, or name a PEM or DER file with this one certificate."
LIMIT = 1024 * 1024
"""Bytes of a file with one certificate; the largest that TLS clients take have a quarter of that."""
SHORT = {32: "an MD5", 40: "a SHA-1"}
"""Hex digits of fingerprints that prove less than SHA-256."""
_HEX = re.compile(r"(?:sha-?256[:=/ ]+|sha256 fingerprint=)?((?:[0-9a-f]{2}[: ]?){16,64})", re.IGNORECASE)


def pinned(text: str | None) -> Pin | None:
    """Read what the user named; ``None`` stays ``None``. Raises ``Unusable``."""
    if text is None:
        return None
    found = _HEX.fullmatch(text.strip())
    digits = re.sub(r"[: ]", "", found[1]).lower() if found else ""
    if len(digits) == 64:
        return Pin(source=text.strip(), sha256=digits)
    if digits and not Path(text).exists():
        raise Unusable(f"--pin {text[:80]!r} is {SHORT.get(len(digits), 'a cut')} fingerprint; SHA-256 has 64 hex digits.", FORMS)
    if not text.strip():
        raise Unusable("--pin is empty.", FORMS)
    one = _only_one(text)
    return Pin(source=text, sha256=sha256(one.der).hexdigest(), certificate=one)


def uploaded(name: str) -> Pin:
    """Read ``--uploaded``: the certificate of ours that the other side has on file. Raises ``Unusable``."""
    if not name.strip():
        raise Unusable("--uploaded is empty.", "Name the PEM or DER file that was handed over.")
    one = _handed_over(name)
    return Pin(source=name, sha256=sha256(one.der).hexdigest(), certificate=one, option="--uploaded", filed=True)


def agreed(agreement: Agreement) -> tuple[Pin, ...]:
    """The pins of a profile, in its order, but those that wait for a variable; files are read. One that ends on a day that nobody named counts as over.

    Raises ``Unusable``.
    """
    found = []
    filed = agreement.endpoint.direction == "in"
    for one in agreement.trust.pins:
        if "{" in f"{one.sha256}{one.file}{one.until}":
            continue
        certificate = (_handed_over(one.file) if filed and one.kind == "leaf" else _only_one(one.file)) if one.file else None
        key = certificate.read.key if certificate else None
        if certificate and one.kind == "spki" and key is None:
            raise Unusable(f"The public key in {one.file} cannot be read.", FORMS)
        told = key.spki if key and one.kind == "spki" else certificate.der if certificate else b""
        digest = sha256(told).hexdigest() if certificate else one.sha256
        since = "" if "{" in one.since else one.since
        found.append(
            Pin(
                source=one.file or digest,
                sha256=digest,
                certificate=certificate,
                kind=one.kind,
                since=since,
                until=one.until,
                option="",
                filed=filed and bool(certificate),
            )
        )
    return tuple(found)


def _handed_over(name: str) -> Certificate:
    """The certificate of ours in a file that was handed over: the only one, or the one whose issuers the others are."""
    certificates = _certificates(name)
    if len(certificates) == 1:
        return _only_one(name)
    issuers = {one.read.issuer.key for one in certificates if one.read.issuer and not is_self_issued(one)}
    lowest = [one for one in certificates if one.read.subject and one.read.subject.key not in issuers]
    if len(lowest) != 1:
        says = f"{name} holds {len(certificates)} certificates, and they are not one with its issuers."
        raise Unusable(says, "Keep only the certificate in the file that the other side has of you, with its issuers or without.")
    return lowest[0]


def _only_one(name: str) -> Certificate:
    """The one certificate in a file."""
    certificates = _certificates(name)
    if len(certificates) > 1:
        raise Unusable(f"{name} holds {len(certificates)} certificates, and a pin is one.", "Keep only the server's own certificate in the file.")
    (one,) = certificates
    if one.read.read_by == "hex":
        raise Unusable(f"{name} holds a certificate that cannot be read.", FORMS)
    return one


def _certificates(name: str) -> tuple[Certificate, ...]:
    """The certificates in a file, each once; never none."""
    content = read(load(Path(name), LIMIT))
    certificates = tuple(dict.fromkeys(one for one, _ in content.certificates))
    if not certificates:
        what = f": it looks like {content.looks_like}" if content.looks_like else ""
        raise Unusable(f"{name} holds no certificate{what}.", FORMS)
    return certificates
