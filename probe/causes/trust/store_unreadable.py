"""The trust store, or a part of it, cannot be read.

A file or folder of trusted certificates has entries that are damaged or are no certificates, or a text file is written
in a form that not every program takes: indented, in one line, with a byte order mark, in UTF-16. What programs make of
that differs: OpenSSL and Java refuse a whole text file at its first damaged block, others skip the entry; Java also
refuses a file that holds a key or a request. The root that is needed may be the damaged one. A store in which no
certificate can be found ends the check at once, with exit code 2. DER and PKCS #7 are worth a note only: OpenSSL, curl
and Python read neither, keytool imports no PKCS #7, but each takes the same certificates as PEM.

Clients say: OpenSSL "Error loading file", curl exit 77 "error setting certificate verify locations", Java
"java.security.cert.CertificateException", "No certificate data found", "Incomplete data" or "problem accessing trust
store", keytool "Input not an X.509 certificate".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.trust import Refused, TrustStore

CAUSE = Cause(title="The trust store, or a part of it, cannot be read", owner=Owner.CLIENT, actions=("repair-store",), references=("RFC 7468 section 2",))
SHOWN = 10
KEYTOOL = Shown(commands=("keytool -printcert -file {store}",), shows="keytool prints an error; of a sound file it prints every certificate.")
OPENSSL = Shown(commands=("openssl verify -CAfile {store} {store}",), shows='OpenSSL prints "Error loading file".')


def judge(case: Case) -> Finding | None:
    """A client stack refuses the whole store, or entries were skipped. That may be the reason when the chain ends outside of the store."""
    voting = {one.name for one in case.stacks}
    each = [(store, one) for store in case.observation.stores for one in store.refused if one.stack in voting]
    refused = [(store, one) for store, one in each if not one.convertible]
    if refused and case.presented:
        return _refused(case, refused)
    broken = [(store, one) for store in case.observation.stores for one in store.skipped if not (one.other and store.refused)]
    if not broken:
        return _noted(case, [(store, one) for store, one in each if one.convertible])
    lost = bool(case.refusing(Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.SELF_SIGNED))
    count = f"{len(broken)} entr{'y' if len(broken) == 1 else 'ies'}"
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.POSSIBLE if lost else Certainty.PROVEN,
        summary=f"{count} of the trust store cannot be read{'; the missing root may be among them' if lost else ''}.",
        evidence=tuple(Evidence(says=f"{store.path}, {one.where}: {one.why}", at=case.pointer(store)) for store, one in broken[:SHOWN]),
        values=(("store", broken[0][0].path),),
    )


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Ask a program that refuses the store."""
    stacks = {one.stack for store in case.observation.stores for one in store.refused if not one.convertible}
    if not stacks:
        return OPENSSL if any(one.stack == "openssl" for store in case.observation.stores for one in store.refused) else KEYTOOL
    return OPENSSL if "openssl" in stacks and "java" not in stacks else KEYTOOL


SHOWN_BY = shown_by


def _refused(case: Case, refused: list[tuple[TrustStore, Refused]]) -> Finding:
    """The stacks that cannot load a store: they never come to judge the chain."""
    store = refused[0][0]
    titles = {one.name: one.title for one in case.stacks}
    stacks = tuple(dict.fromkeys(one.stack for _, one in refused))
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{' and '.join(titles[one].partition(' (')[0] for one in stacks)} cannot load the trust store {store.path}.",
        evidence=tuple(Evidence(says=f"{titles[one.stack]} refuses {found.path}: {one.why}.", at=case.pointer(found)) for found, one in refused[:SHOWN]),
        values=(("store", store.path),),
        stacks=case.stopped(stacks),
    )


def _noted(case: Case, each: list[tuple[TrustStore, Refused]]) -> Finding | None:
    """The stacks that take the same certificates only in another form."""
    if not each:
        return None
    titles = {one.name: one.title.partition(" (")[0] for one in case.stacks}
    files = ", ".join(dict.fromkeys(store.path for store, _ in each))
    return Finding(
        effect=Effect.NOTE,
        summary=f"Not every client takes {files} as it is. " + " ".join(dict.fromkeys(f"{titles[one.stack]}: {one.why}." for _, one in each)),
        evidence=tuple(Evidence(says=f"{titles[one.stack]} does not take {store.path}: {one.why}.", at=case.pointer(store)) for store, one in each[:SHOWN]),
        stacks=tuple(dict.fromkeys(one.stack for _, one in each)),
        values=(("store", each[0][0].path),),
    )
