"""Reading ``--pin``: the exact certificate that a server is expected to send, as a file or as a SHA-256 fingerprint."""

import re
from hashlib import sha256
from pathlib import Path

from probe.capture.files import load
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
    return _of_file(text)


def _of_file(name: str) -> Pin:
    content = read(load(Path(name), LIMIT))
    certificates = tuple(dict.fromkeys(one for one, _ in content.certificates))
    if not certificates:
        what = f": it looks like {content.looks_like}" if content.looks_like else ""
        raise Unusable(f"{name} holds no certificate{what}.", FORMS)
    if len(certificates) > 1:
        raise Unusable(f"{name} holds {len(certificates)} certificates, and a pin is one.", "Keep only the server's own certificate in the file.")
    (one,) = certificates
    if one.read.read_by == "hex":
        raise Unusable(f"{name} holds a certificate that cannot be read.", FORMS)
    return Pin(source=name, sha256=sha256(one.der).hexdigest(), certificate=one)
