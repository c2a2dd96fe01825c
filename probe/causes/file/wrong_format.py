"""The content is there, in a form that a program does not take.

A store or key of another family (BCFKS, BKS, OpenSSH, PGP), text that is indented, quoted, in UTF-16 or without its BEGIN and END lines, or a file whose
name promises another form than it has. The file has to be converted; the certificates in it are fine. A PKCS12 store of certificates that was made by
openssl pkcs12 -export -nokeys lacks the mark by which Java knows what is trusted: as a trust store Java takes it for empty.

Clients say: OpenSSL "no start line" or "unsupported", Java "Illegal header" or "toDerInputStream rejects tag type 45", keytool "Unrecognized keystore format",
nginx "PEM_read_bio_X509_AUX() failed (no start line)", Java "the trustAnchors parameter must be non-empty".
"""

import re
import shlex
from pathlib import PurePath

from probe.case.case import Case
from probe.causes.filed import MOST, is_archived, quoted
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.files import InspectedFile
from probe.facts.noun import noun

CAUSE = Cause(
    title="A file has another form than programs take",
    owner=Owner.USER,
    actions=("convert-file",),
    references=("RFC 7468 section 3", "https://docs.openssl.org/3.0/man3/SSL_CTX_load_verify_locations/"),
)
_CASTLE = "-providerpath bcprov.jar -providerclass org.bouncycastle.jce.provider.BouncyCastleProvider"
FORMATS = {
    "a BCFKS key store": f"keytool -list -rfc -keystore FILE -storetype BCFKS {_CASTLE}",
    "a BKS key store": f"keytool -list -rfc -keystore FILE -storetype BKS {_CASTLE}",
    "an old NSS database (cert8.db)": "certutil -N -d sql:COPY -f PASSWORDFILE (in a copy of its folder)",
    "an OpenSSH key": "ssh-keygen -p -m PEM -f FILE (on a copy; it writes the key anew, in PEM)",
    "an OpenSSH public key": "",
    "the keys of NSS (key4.db)": "",
    "an SSH2 key": "ssh-keygen -i -f FILE",
    "a PuTTY key": "puttygen FILE -O private-openssh -o key.pem",
    "a PGP key": "",
    "PEM text that is in base64 once more": "base64 -d FILE > decoded.pem",
    "a PKCS12 file in base64": "base64 -d FILE > decoded.p12",
    "a gzip archive": "gunzip FILE",
    "a serialized store of Windows": "certutil -dump FILE (on Windows), then export each certificate as Base64 X.509",
}
"""What is known and not read here, each with the command that converts it ("" where there is none)."""
FILE = re.compile(r"\bFILE\b")
TEXT, BINARY = ("pem", "base64"), ("der", "pkcs7", "pkcs12", "jks", "jceks", "nss")
PROMISED = {
    ".pem": TEXT,
    ".der": ("der",),
    ".p7b": ("pkcs7",),
    ".p7c": ("pkcs7",),
    ".p12": ("pkcs12",),
    ".pfx": ("pkcs12",),
    ".jks": ("jks", "pkcs12"),
}
"""The forms that a name promises; others, as .crt and .cer, are used for all."""


@noun
class _Wrong:
    """What is wrong with the form of one file; ``stacks`` are the client stacks that do not take it, empty for all; ``unmarked``: Java counts nothing in it."""

    file: InspectedFile
    words: str
    effect: Effect
    stacks: tuple[str, ...] = ()
    unmarked: bool = False


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL reads the file as a trust store, or does not."""
    wrong = next((one for one in _every(case) if not is_archived(one.file)), None)
    if wrong is None:
        return Shown(why_not="The file is an entry of an archive, or came through a pipe.")
    path = quoted(wrong.file.path)
    if wrong.unmarked:
        says = 'Keytool says "contains 0 entries". Write the store\'s own password.'
        return Shown(commands=(f"keytool -list -keystore {path} -storepass changeit",), shows=says)
    if wrong.stacks == ("java",):
        return Shown(commands=(f"keytool -printcert -file {path}",), shows="keytool prints an error in place of the certificate.")
    return Shown(
        commands=(f"openssl verify -no-CApath -no-CAstore -CAfile {path} {path}",),
        shows='OpenSSL prints "Error loading file", "Could not read" or "unable to load".',
    )


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Forms that are not read here, forms that client stacks refuse, and names that promise another form."""
    found = sorted(_every(case), key=lambda one: (one.effect is not Effect.BREAKS, bool(one.stacks)))
    if not found:
        return None
    worst = [one for one in found if one.effect is found[0].effect and bool(one.stacks) == bool(found[0].stacks)]
    says = " ".join(one.words for one in worst[:3]) + (f" {len(worst) - 3} more files have such a form." if len(worst) > 3 else "")
    convert = next((_filled(FORMATS[one.file.looks_like], one.file) for one in worst if FORMATS.get(one.file.looks_like)), "")
    return Finding(
        effect=found[0].effect,
        certainty=Certainty.PROVEN,
        summary=says + (f" This converts it: {convert}." if convert else ""),
        stacks=case.stopped(found[0].stacks) if found[0].effect is Effect.BREAKS else found[0].stacks,
        evidence=tuple(Evidence(says=one.words, at=case.files.pointer(one.file)) for one in found[:MOST]),
        values=tuple(("store", one.file.path) for one in worst[:1] if one.unmarked),
        actions=("mark-trusted",) if worst[0].unmarked else (),
    )


def _filled(command: str, file: InspectedFile) -> str:
    """The command about this file; the entry of an archive has to be taken out first, so that its name stays open."""
    return command if is_archived(file) else FILE.sub(lambda _: shlex.quote(f"{'./' * file.path.startswith('-')}{file.path}"), command)


def _every(case: Case) -> tuple[_Wrong, ...]:
    wrong = (_wrong(one) or _unmarked(one, case.target.stack or "") for one in case.files.every)
    return tuple(one for one in wrong if one is not None)


def _unmarked(file: InspectedFile, stack: str) -> _Wrong | None:
    """A store with certificates alone of which Java counts none. What it is meant for is not known, unless Java was named."""
    less = next((one for one in file.uncounted if one.stack == "java" and not one.size), None)
    held = sum(one.kind == "certificate" for one in file.entries)
    if less is None or not held or file.keys or file.problem or stack not in ("", "java"):
        return None
    says = f"As a trust store {file.path} is empty for Java: it counts 0 of {held} certificate{'' if held == 1 else 's'}, as {less.why}."
    return _Wrong(file=file, words=says, effect=Effect.BREAKS if stack == "java" else Effect.RISKS, stacks=("java",), unmarked=True)


def _wrong(file: InspectedFile) -> _Wrong | None:
    if not file.entries and file.looks_like in FORMATS:
        says = f"{file.path} is {file.looks_like}, which TLS programs do not take."
        return _Wrong(file=file, words=says, effect=Effect.BREAKS if file.named else Effect.NOTE)
    if file.problem:
        return None
    certificates = any(one.kind == "certificate" for one in file.entries)
    if certificates and file.odd and not any(not one.other for one in file.skipped):
        refused = tuple(one for one in file.refused if not one.convertible)
        if "java" in {one.stack for one in refused} and any(one.kind != "certificate" for one in file.entries) and not _java_minds(file):
            refused = tuple(one for one in refused if one.stack != "java")
        stacks = tuple(dict.fromkeys(one.stack for one in refused))
        if refused:
            names = " and ".join({"openssl": "OpenSSL", "java": "Java"}.get(one, one) for one in stacks)
            says = f"{file.path}: {file.odd[0].why} ({file.odd[0].where}): {names} {'do' if len(stacks) > 1 else 'does'} not take the file."
            return _Wrong(file=file, words=says, effect=Effect.BREAKS, stacks=stacks)
    promised = PROMISED.get(PurePath(file.path).suffix.lower())
    if promised and file.kind in (*TEXT, *BINARY) and file.kind not in promised:
        says = f"{file.path} is called {PurePath(file.path).suffix.lower()}, and is {_form(file.kind)}: programs that go by the name fail."
        return _Wrong(file=file, words=says, effect=Effect.RISKS if set(promised) <= set(TEXT) or file.kind in TEXT else Effect.NOTE)
    return None


def _java_minds(file: InspectedFile) -> bool:
    """Whether Java refuses for the form, and not only because a key or a request stands among the certificates, which is right in a server's file."""
    return any(one.why.startswith(("the text", "no line begins", "line ")) for one in file.refused if one.stack == "java")


def _form(kind: str) -> str:
    return {"pem": "PEM text", "base64": "base64 text", "der": "DER (binary)", "pkcs7": "PKCS #7", "pkcs12": "PKCS #12", "jks": "a JKS store"}.get(
        kind, kind.upper()
    )
