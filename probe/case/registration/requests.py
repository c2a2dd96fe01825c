"""The requests of a registration, exactly as they go out. Pure; a token is filled in elsewhere, at the moment of sending."""

import json
import re

from probe.facts.certificate import Certificate, pem
from probe.facts.noun import noun
from probe.facts.registration import Registration, RegistrationStep

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
"""What may stand in a path as the authority's id: it came in an answer, and is hostile."""
PATH = re.compile(r"/[!-~]{0,2000}")
PLACE = "<id>"
"""Where the id goes in the paths of a profile."""


@noun
class Wanted:
    """One request: ``doing`` is what it is for, in the middle of a sentence. ``creates``: something is made by it, so it is not simply sent again."""

    doing: str
    method: str
    path: str
    body: bytes = b""
    creates: bool = False


def step(registration: Registration, name: str) -> RegistrationStep:
    """The step of this id. Raises ``KeyError`` when the profile has none."""
    found = next((one for one in registration.steps if one.id == name), None)
    if found is None:
        raise KeyError(name)
    return found


def listing(registration: Registration, prefix: str) -> Wanted:
    """Ask which authorities there are. ``prefix`` stands before every path ("": nothing)."""
    one = step(registration, "list")
    return Wanted(doing="asking for the list of authorities", method=one.method, path=prefix + one.path)


def upload(registration: Registration, prefix: str, name: str, certificate: Certificate) -> Wanted:
    """Make the authority known under a name."""
    one = step(registration, "upload")
    body = _document({"name": name, "caCertificate": pem(certificate)})
    return Wanted(doing="uploading the authority", method=one.method, path=prefix + one.path, body=body, creates=True)


def codes(registration: Registration, prefix: str, identifier: str) -> tuple[Wanted, ...]:
    """Ask for the registration code: the spelling to try first, then the others."""
    one = step(registration, "code")
    spellings = [spelling.replace(PLACE, identifier) for spelling in (one.path, *one.also)]
    return tuple(Wanted(doing="asking for the registration code", method=one.method, path=prefix + each) for each in spellings if PATH.fullmatch(each))


def verify(registration: Registration, prefix: str, identifier: str, certificate: Certificate | None) -> Wanted:
    """Send the proof. ``None`` for one that does not exist yet: for showing alone."""
    one = step(registration, "verify")
    text = pem(certificate) if certificate else "(PEM of the verification certificate)"
    path = prefix + one.path.replace(PLACE, identifier)
    return Wanted(doing="sending the verification certificate", method=one.method, path=path, body=_document({"verificationCertificate": text}))


def _document(fields: dict[str, str]) -> bytes:
    """A JSON object in ASCII, so that line feeds are escaped whatever stands in it."""
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii")
