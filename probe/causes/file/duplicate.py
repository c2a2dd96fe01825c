"""The same certificate is there more than once, or two entries of a store share one name.

A certificate that stands twice does no harm by itself: it is sent twice, and some programs complain when they import it. Two entries with one alias are
another matter: Java and programs that go by a display name, such as NEXUSe2e, keep only the last.

Clients say: keytool "Certificate already exists in keystore under alias", update-ca-certificates "skipping duplicate certificate",
Windows imports it once without a word.
"""

from probe.case.case import Case
from probe.causes.filed import MOST, is_archived, listing, of_places, quoted, several, titled
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="A certificate is there more than once",
    owner=Owner.USER,
    actions=("remove-duplicate",),
    references=("RFC 8446 section 4.4.2", "https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/security/KeyStore.html"),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL lists a certificate twice."""
    files = case.files
    if files.repeated or not files.spread:
        command = listing(tuple(one.file for _, some in files.repeated for one in some) or files.every)
        return (
            Shown(commands=(command,), shows="The same subject and issuer are listed twice.")
            if command
            else Shown(why_not="The places in the store are named.")
        )
    first = [one.file for one in files.spread[0][1] if one.file.kind in ("pem", "der") and not is_archived(one.file) and one.file.entries[0] == one.entry]
    if len(first) < 2:
        return Shown(why_not="The certificates are in several files, whose places are named.")
    commands = tuple(f"openssl x509 -noout -subject -issuer -serial -in {quoted(one.path)}" for one in first[:2])
    return Shown(commands=commands, shows="Subject, issuer and serial number are the same.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Aliases that clash, certificates twice in one file, certificates in several files."""
    files = case.files
    if files.clashes:
        alias, places = files.clashes[0]
        says = f"{len(places)} entries of {places[0].file.path} have the alias {alias}: Java keeps the last of them."
        return Finding(effect=Effect.RISKS, summary=says, evidence=tuple(one for _, some in files.clashes for one in of_places(some))[:MOST])
    if files.repeated:
        certificate, places = files.repeated[0]
        more = f" So do {len(files.repeated) - 1} more." if len(files.repeated) > 1 else ""
        says = f"{titled(certificate)} stands {len(places)} times in {places[0].file.path} ({several(tuple(one.entry.where for one in places))}).{more}"
        evidence = tuple(one for _, some in files.repeated for one in of_places(some))[:MOST]
        return Finding(effect=Effect.RISKS, summary=says, about=tuple(one for one, _ in files.repeated[:5]), evidence=evidence)
    if not files.spread:
        return None
    certificate, places = files.spread[0]
    says = f"{titled(certificate)} stands in {several(tuple(dict.fromkeys(one.file.path for one in places)))}."
    if len(files.spread) > 1:
        says = f"{len(files.spread)} certificates stand in more than one file, among them {says[0].lower() if says[0].isupper() else says[0]}{says[1:]}"
    evidence = tuple(Evidence(says=f"{titled(one)}: {several(tuple(place.words for place in some))}.", at=some[0].at) for one, some in files.spread[:MOST])
    return Finding(effect=Effect.NOTE, summary=says, about=tuple(one for one, _ in files.spread[:5]), evidence=evidence)
