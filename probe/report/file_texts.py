"""The table of an inspection: each file with everything in it."""

from probe.case.files import Files
from probe.facts.certificate import Certificate, title
from probe.facts.distinguished import name
from probe.facts.files import Entry, InspectedFile
from probe.report import EntryText, FileText
from probe.report.certificates import Numbers

FILES, ENTRIES = 200, 200
"""Files, and entries of one file, that a report shows; the saved observation has them all."""
FORMS = {
    "pem": "PEM",
    "der": "DER",
    "pkcs7": "PKCS #7",
    "base64": "base64 without BEGIN and END lines",
    "pkcs12": "PKCS #12",
    "jks": "JKS",
    "jceks": "JCEKS",
    "nss": "NSS database",
}
STORES = ("pkcs12", "jks", "jceks", "nss")
ROLES = {
    "trusted": "marked as trusted",
    "own": "belongs to a private key of the store",
    "chain": "in the chain of a private key",
    "bare": "without any mark",
    "distrusted": "marked as not trusted",
}
PROBLEMS = {
    "password-missing": "locked; no password was given",
    "password-wrong": "locked; the password does not fit",
    "damaged": "damaged",
    "unsupported": "of a kind or encryption that is not known here",
}
CLIENTS = {"openssl": "OpenSSL", "java": "Java"}


def plural(count: int, what: str) -> str:
    """A number with its word."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def dates(one: Certificate) -> str:
    """From when to when it is valid, "" when that cannot be read."""
    read = one.read
    return f"valid {read.not_before:%Y-%m-%d} to {read.not_after:%Y-%m-%d}" if read.not_before and read.not_after else ""


def file_texts(files: Files, numbers: Numbers) -> tuple[tuple[FileText, ...], int]:
    """The files as shown, those with something to say first where there are many, and how many are left out."""
    every = files.every
    if len(every) > FILES:
        every = tuple(sorted(every, key=lambda one: not (one.named or one.problem or one.keys)))
    return tuple(_file(files, one, numbers) for one in every[:FILES]), max(0, len(every) - FILES)


def _file(files: Files, file: InspectedFile, numbers: Numbers) -> FileText:
    what = FORMS.get(file.kind, "") if file.entries or file.kind != "none" else ""
    counted = [plural(sum(1 for one in file.entries if one.kind == kind), word) for kind, word in _KINDS if any(one.kind == kind for one in file.entries)]
    lines = list(file.notes)
    if file.problem:
        lines.append(PROBLEMS.get(file.problem, file.problem) + (f": {file.why}" if file.why else ""))
    elif not file.entries:
        nothing = "the store holds nothing that is used here" if file.skipped else "the store is empty"
        lines.append(nothing if file.kind in STORES else f"holds nothing that is used here: it looks like {file.looks_like or 'something else'}")
    lines += [f"passed over: {one.where}: {one.why}" for one in file.skipped[:10]]
    lines += [f"{len(file.skipped) - 10} more blocks were passed over"] if len(file.skipped) > 10 else []
    lines += [f"odd: {one.why} ({one.where})" for one in file.odd[:10]]
    bad = file.problem or not file.entries or any(not one.other for one in file.skipped)
    return FileText(
        name=file.path,
        form=", ".join((*((what,) if what else ()), *counted)) or "nothing",
        entries=tuple(_entry(files, one, numbers) for one in file.entries[:ENTRIES]),
        lines=tuple(lines),
        clients=_clients(files, file),
        left_out=max(0, len(file.entries) - ENTRIES),
        tone="bad" if bad and file.named else "warn" if bad or file.odd else "good",
    )


_KINDS = (("certificate", "certificate"), ("key", "private key"), ("request", "request"))


def _clients(files: Files, file: InspectedFile) -> tuple[tuple[str, str], ...]:
    """What becomes of the file where it is named as a trust store."""
    found = []
    held = [one.certificate for one in file.entries if one.certificate]
    if not held:
        return ()
    for stack, called in CLIENTS.items():
        refused = next((one for one in file.refused if one.stack == stack), None)
        less = next((one for one in file.uncounted if one.stack == stack), None)
        if refused is not None:
            found.append((called, f"{'not as it is' if refused.convertible else 'refuses it'}: {refused.why}"))
        elif less is not None:
            found.append((called, f"counts {less.size} of {len(held)}: {less.why}"))
        else:
            found.append((called, _loads(files, file, stack, held)))
    return tuple(found)


def _loads(files: Files, file: InspectedFile, stack: str, held: list[Certificate]) -> str:
    """What a stack does with a file that it loads."""
    every = "it" if len(held) == 1 else f"all {len(held)}"
    if stack == "openssl":
        rootless = not frozenset(held) & frozenset(files.roots)
        return f"loads {every}{'; as there is no root in it, only programs that allow partial chains, such as curl, trust by it' if rootless else ''}"
    if file.kind in ("jks", "pkcs12"):
        return f"loads {every} (javax.net.ssl.trustStore)"
    return f"loads {every} as certificates{'; keytool -importcert takes only the first' if len(held) > 1 else ''}"


def _entry(files: Files, one: Entry, numbers: Numbers) -> EntryText:
    if one.certificate is not None:
        return _certificate(files, one, one.certificate, numbers)
    lines = [PROBLEMS.get(one.problem, one.problem)] if one.problem else []
    if one.kind == "key":
        return EntryText(
            kind="private key",
            place=one.where,
            title=one.what,
            alias=one.alias,
            lines=tuple((*lines, "protected by a password") if one.encrypted and not lines else lines),
            tone="bad" if one.problem else "good",
        )
    lines += [f"for {', '.join(one.names[:10])}"] if one.names else ["without any alternative name"]
    lines += [f"{named}: {value}" for named, value in _subject(one) if named == "C" and len(value) != 2]
    lines += list(one.remarks)
    said = {True: "its own key signed it", False: "its signature is wrong", None: "its signature could not be checked"}[one.signed]
    subject = ", ".join(f"{named}={value}" for named, value in _subject(one))
    return EntryText(
        kind="request",
        place=one.where,
        title=subject or "a request without a name",
        lines=(said, *lines),
        tone="bad" if one.signed is False or one.problem else "warn" if one.remarks else "good",
    )


def _subject(one: Entry) -> tuple[tuple[str, str], ...]:
    try:
        return name(one.subject)[0].attributes if one.subject else ()
    except ValueError:
        return ()


def _certificate(files: Files, one: Entry, certificate: Certificate, numbers: Numbers) -> EntryText:
    marks = ["expired"] if files.expired(certificate) else ["not yet valid"] if files.early(certificate) else []
    marks += ["authority" if files.is_authority(certificate) else "end entity"]
    marks += ["self-signed"] if certificate in files.roots else []
    marks += ["its private key is here"] if certificate in files.with_key and one.role != "own" else []
    marks += [ROLES[one.role]] if one.role in ROLES else []
    marks += [f"put there on {one.added:%Y-%m-%d}"] if one.added else []
    marks += ["cannot be read fully"] if certificate.read.read_by != "cryptography" else []
    bad = files.expired(certificate) or files.early(certificate)
    return EntryText(
        kind="certificate",
        place=one.where,
        title=title(certificate),
        number=numbers.of(certificate),
        alias=one.alias,
        valid=dates(certificate),
        lines=tuple(marks),
        tone="warn" if bad else "good",
    )
