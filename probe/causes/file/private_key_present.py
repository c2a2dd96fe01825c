"""A private key stands where none belongs.

A trust store, an archive that is passed on, and a file of certificates for others hold no private key. Who gets the file can act as its owner. Java refuses a
PEM file with a key in it as a trust store. If the file has been sent to anybody, the key has to be replaced.

Clients say: Java "CertificateException: Unable to initialize, java.io.IOException: Too short" or "Could not parse certificate", OpenSSL reads over it.
"""

from pathlib import PurePath

from probe.case.case import Case
from probe.case.files import Files, Place
from probe.causes.filed import is_archived, of_places, quoted, several
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Finding, Owner
from probe.facts.files import InspectedFile

CAUSE = Cause(
    title="A private key is where none belongs",
    owner=Owner.USER,
    actions=("take-key-out",),
    references=("RFC 5280 section 8", "https://cheatsheetseries.owasp.org/cheatsheets/Key_Management_Cheat_Sheet.html"),
)
FOR_OTHERS = (".crt", ".cer", ".der", ".p7b", ".p7c")
"""Names of files that hold certificates for others; a server's own file is mostly called .pem."""


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL finds the key in the file."""
    file = next((one.file for one in _found(case.files) if one.file.named and not is_archived(one.file)), None)
    if file is None or file.kind not in ("pem", "der"):
        return Shown(why_not="The file is an entry of an archive, came through a pipe, or is a store of Java, of which its own programs list the keys.")
    return Shown(commands=(f"openssl storeutl -noout -keys {quoted(file.path)}",), shows='OpenSSL prints "Pkey" and counts at least one.')


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Keys in archives, beside authorities only, and in files that are called as those for others are."""
    found = _found(case.files)
    if not found:
        return None
    breaks = tuple(one for one in found if _serious(case.files, one))
    told = breaks or found
    plain = any(not one.entry.encrypted for one in told)
    places = several(tuple(dict.fromkeys(one.words for one in told)))
    says = f"There is a private key in {places}{', which no password protects' if plain else ''}"
    why = "where only certificates of authorities belong" if breaks else "and looks as if it were made for others"
    return Finding(effect=Effect.BREAKS if breaks else Effect.RISKS, summary=f"{says}, {why}.", evidence=of_places(found, "a private key"))


def _serious(files: Files, one: Place) -> bool:
    """Whether it is beside authorities only, none of which it belongs to: nothing in the file has a use for it."""
    entries = one.file.entries
    held = [entry.certificate for entry in entries if entry.certificate]
    own = {pair.key.at for pair in files.pairs if any(place.file is one.file for place in pair.certificates)}
    return bool(held) and all(files.is_authority(other) for other in held) and bool(one.entry.public) and one.at not in own


def _found(files: Files) -> tuple[Place, ...]:
    return tuple(one for one in files.keys if _misplaced(files, one))


def _misplaced(files: Files, one: Place) -> bool:
    file = one.file
    held = [entry for entry in file.entries if entry.certificate]
    if _serious(files, one):
        return True
    if is_archived(file) and not one.entry.encrypted and file.kind in ("pem", "der"):
        return True
    if held and PurePath(file.path).suffix.lower() in FOR_OTHERS:
        return True
    return _is_trust_store(file) and file.kind in ("jks", "jceks", "pkcs12")


def _is_trust_store(file: InspectedFile) -> bool:
    """Whether a store holds more certificates that are marked as trusted than others."""
    trusted = sum(1 for one in file.entries if one.role == "trusted")
    return trusted > 0 and "trust" in PurePath(file.path).name.lower()
