"""A file holds no certificate, key or request at all.

An error page or a login page was saved in place of a download, the file is empty, or it is something else: a document, a revocation list, a public key.

Clients say: OpenSSL "no start line" or "Could not read certificate", keytool "Input not an X.509 certificate", Java "Could not parse certificate:
java.io.IOException: Empty input", NEXUSe2e "The selected File is not a valid X509 Certificate File.".
"""

from probe.case.case import Case
from probe.causes.file.wrong_format import FORMATS
from probe.causes.filed import MOST, is_archived, quoted, several
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.files import InspectedFile

CAUSE = Cause(
    title="A file is no certificate",
    owner=Owner.USER,
    actions=("get-file-again",),
    references=("RFC 7468 section 5",),
)
STORES = {
    "jks": "a JKS store without entries",
    "jceks": "a JCEKS store without entries",
    "pkcs12": "a PKCS12 file without entries",
    "nss": "an empty NSS database",
}
WORDS = {"text": "plain text", "binary": "binary data", "empty": "an empty file", "": "something else"}


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL finds nothing in it either."""
    file = next((one for one in _empty(case) if not is_archived(one)), None)
    if file is None:
        return Shown(why_not="The file is an entry of an archive, or came through a pipe; what it looks like is said.")
    return Shown(commands=(f"openssl storeutl -noout {quoted(file.path)}",), shows='OpenSSL counts "Total found: 0", or says that it could not open the file.')


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Files of which nothing could be used and that are not known as another form of key store or key."""
    found = _empty(case)
    if not found:
        return None
    named = tuple(one for one in found if one.named)
    told = named or found
    if named:
        says = " ".join(f"{one.path} looks like {_what(one)}." for one in told[:3])
        says += f" {len(told) - 3} more files hold nothing either." if len(told) > 3 else ""
    else:
        what = several(tuple(f"{one.path} ({_what(one)})" for one in told))
        says = f"Of the files in the folder or archive {len(told)} hold{'s' if len(told) == 1 else ''} no certificate: {what}."
    return Finding(
        effect=Effect.BREAKS if named else Effect.NOTE,
        summary=says,
        evidence=tuple(Evidence(says=f"{one.path}: {one.size} bytes, looks like {_what(one)}.", at=case.files.pointer(one)) for one in told[:MOST]),
    )


def _empty(case: Case) -> tuple[InspectedFile, ...]:
    files = case.files.every
    # A public key or a list of revoked certificates is no fault beside certificates; alone it is not what was looked for. A store may hold something else.
    nothing = not any(one.entries or one.keys for one in files)
    passed = tuple(one for one in files if not one.skipped or (nothing and one.kind not in STORES))
    return tuple(one for one in passed if not one.entries and not one.problem and not one.keys and one.looks_like not in FORMATS)


def _what(file: InspectedFile) -> str:
    return STORES.get(file.kind) or WORDS.get(file.looks_like, file.looks_like)
