"""Trust stores as the user named them: read whole, or refused in one clear sentence. Never another store in place of the one that was named."""

import os
import shlex
import sys
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from probe.capture.files import LIMIT, too_large, unreadable
from probe.capture.files import load as load_file
from probe.capture.folder import inside
from probe.capture.store_password import USUAL, StorePassword
from probe.facts import der, distinguished
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.reading import Name
from probe.facts.trust import Refused, Skipped, TrustStore, Uncounted
from probe.facts.unusable import Unusable
from probe.formats import Content, read
from probe.formats.guess import looks_like
from probe.formats.loaders import Overlooked, refusals

FILES = 5000
DEPTH = 8
ENTRIES = 4 * FILES
_VERSION = 0xA0

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep all their anchors in one file; the first that exists is meant by "system"."""

FOLDERS = ("/etc/ssl/certs", "/etc/pki/tls/certs")
"""Where they keep them one by one, if there is no such file."""

DEFAULT_FILES = ("/usr/lib/ssl/cert.pem", "/etc/pki/tls/cert.pem", "/etc/ssl/cert.pem")
"""The file that OpenSSL reads besides the folder in SSL_CERT_DIR."""

NEXT = {
    "a private key": "Name the certificate of the authority; a trust store never holds a key, and a key should not lie where certificates do.",
    "a BCFKS key store": "Convert it with: keytool -list -rfc -keystore FILE -storetype BCFKS -providerpath bcprov.jar "
    "-providerclass org.bouncycastle.jce.provider.BouncyCastleProvider > anchors.pem",
    "a BKS key store": "Convert it with: keytool -list -rfc -keystore FILE -storetype BKS -providerpath bcprov.jar "
    "-providerclass org.bouncycastle.jce.provider.BouncyCastleProvider > anchors.pem",
    "the keys of NSS (key4.db)": "Name the cert9.db beside it, which has the certificates.",
    "an old NSS database (cert8.db)": "Convert a copy of its folder with: certutil -N -d sql:COPY -f PASSWORDFILE, and name the cert9.db that this makes.",
    "an HTML page": "A download page or an error page was saved in place of the file. Download the certificate itself.",
    "a certificate request": "Name the certificate that the authority made of it.",
}

STORE_NAMES = (".jks", ".p12", ".pfx", ".pkcs12", ".jceks", ".keystore", ".truststore", ".ks", ".ts")
"""How files are called that Java programs name as their trust store."""
PASSED_OVER = "A Java program that is given this name says nothing, and trusts its own cacerts in place of it."
STORES = ("a JKS key store", "a JCEKS key store", "a PKCS12 file", "a ZIP archive", "an NSS database")


@noun
class Loaded:
    """Everything that was in a store. ``path`` names the files or folders, several separated by a semicolon and a blank."""

    source: str
    kind: str
    path: str
    certificates: tuple[Certificate, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[Refused, ...] = ()
    overlooked: tuple[Overlooked, ...] = ()
    notes: tuple[str, ...] = ()


def load(source: str, password: StorePassword | None = None) -> Loaded:
    """Read a trust source: ``system``, ``certifi``, ``none``, ``java``, ``java:HOME``, a file or key store, or a folder. Raises ``Unusable``."""
    if source == "none":
        return Loaded(source=source, kind="none", path="")
    if source == "certifi":
        return _certifi()
    if source == "system":
        return _system()
    if source == "java" or source.startswith("java:"):
        return _java(source, password or StorePassword())
    if not source:
        raise Unusable("The trust source is empty.", "Name system, certifi, none, or a file or folder.")
    return _path(source, Path(source), password=password)


def relevant(loaded: Loaded, certificates: tuple[Certificate, ...]) -> TrustStore:
    """Keep of a store only what could matter to these certificates; ``size`` still counts all.

    That is: anchors with the name of one of their issuers or with one of their own names, or equal to one of them, and the same again for those.
    """
    subjects: dict[bytes, list[Certificate]] = {}
    for one in loaded.certificates:
        subjects.setdefault(_subject(one), []).append(one)
    wanted = set(certificates)
    seen: set[bytes] = set()
    waiting = deque(certificates)
    while waiting:
        read_out = waiting.popleft().read
        for name in (read_out.subject, read_out.issuer):
            if name is None or name.key in seen:
                continue
            seen.add(name.key)
            likely = _looks_for(name)
            found = [one for subject, held in subjects.items() if likely(subject) for one in held if subject_key(one) == name.key]
            wanted.update(found)
            waiting.extend(found)
    kept = tuple(one for one in loaded.certificates if one in wanted)
    return TrustStore(
        source=loaded.source,
        kind=loaded.kind,
        path=loaded.path,
        size=len(loaded.certificates),
        certificates=kept,
        skipped=loaded.skipped,
        refused=loaded.refused,
        uncounted=tuple(_uncounted(loaded, one, kept) for one in loaded.overlooked),
        notes=loaded.notes,
    )


def _uncounted(loaded: Loaded, one: Overlooked, kept: tuple[Certificate, ...]) -> Uncounted:
    lost = frozenset(one.certificates)
    places = tuple(place for place, certificate in enumerate(kept) if certificate in lost)
    return Uncounted(stack=one.stack, why=one.why, size=len(loaded.certificates) - len(lost), places=places)


def _subject(certificate: Certificate) -> bytes:
    """The subject as it is written, b"" where it cannot be found."""
    data = certificate.der
    try:
        place = der.item(data, der.whole(data).start, len(data)).start
        # TBSCertificate (RFC 5280 section 4.1): an optional version in [0], serial, signature, issuer, validity, subject.
        for _ in range(5 if data[place] == _VERSION else 4):
            place = der.item(data, place, len(data)).end
        return der.encoded(data, der.item(data, place, len(data)))
    except (ValueError, IndexError):
        return b""


def _looks_for(name: Name) -> Callable[[bytes], bool]:
    """A quick look at a subject as it is written: whether it could be equal to this name. It never misses one; to compare them takes fifty times as long."""
    texts = [distinguished.prepared(value) for _, value in name.attributes]
    # What could not be read as text is compared in another way, and its words prove nothing.
    words = [word for one in texts if b"\0" + one.encode("utf-8", "replace") in name.key for word in one.split() if word.isascii()]
    longest = max(words, key=len, default="").encode()
    # A subject in ASCII shows its words as they are compared, unless it takes two or four bytes a letter (1E, 1C: BMPString, UniversalString).
    return lambda subject: longest in subject.lower() or not subject.isascii() or b"\x1e" in subject or b"\x1c" in subject


def glance(certificates: tuple[Certificate, ...]) -> TrustStore | None:
    """The public list without what is in it, when none of these certificates is; ``None`` when it has to be read.

    To look for the certificates in its text takes a millisecond, to read it twenty.
    """
    place = _public_list()
    text = load_file(place).replace(b"\r", b"").replace(b"\n", b"")
    # A block begins with the first byte of its certificate, so that its base64 begins as that of the whole.
    if any(b64encode(one.der[:120]) in text for one in certificates):
        return None
    return TrustStore(source="certifi", kind="certifi", path=str(place), size=text.count(b"-----BEGIN CERTIFICATE-----"))


def subject_key(certificate: Certificate) -> bytes | None:
    """Give ``certificate.read.subject.key`` without reading the rest: that takes a fifth of the time."""
    data = certificate.der
    try:
        fields = der.children(data, der.children(data, der.whole(data))[0])
        # TBSCertificate (RFC 5280 section 4.1): an optional version in [0], serial, signature, issuer, validity, subject.
        place = 5 if fields[0].tag == _VERSION else 4
        return distinguished.name(der.encoded(data, fields[place]))[0].key
    except (ValueError, IndexError):
        return None


def _certifi() -> Loaded:
    return _join("certifi", "certifi", [_path("certifi", _public_list())])


def _public_list() -> Path:
    """The file of certifi. Where it lies beside the module, as published, the module is not loaded: with all that it imports that costs more than the list."""
    found = find_spec("certifi")
    beside = Path(found.origin).with_name("cacert.pem") if found and found.origin else None
    if beside and beside.is_file() and "certifi" not in sys.modules:
        return beside
    import certifi  # somebody packed it in another way, or it was replaced

    return Path(certifi.where())


def _system() -> Loaded:
    """Read what OpenSSL would: SSL_CERT_FILE and SSL_CERT_DIR, each replacing only its own default."""
    file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    places = [("SSL_CERT_FILE", Path(file))] if file else []
    if folders:
        places += [("SSL_CERT_DIR", Path(one)) for one in folders.split(os.pathsep) if one]
    if not folders or not file:
        known = DEFAULT_FILES if folders else (*BUNDLES, *FOLDERS)
        places += [("", Path(one)) for one in known if Path(one).exists()][:1]
    if not places:
        raise Unusable("This machine has no trust store in any of the usual places.", "Name one with --trust FILE, or use --trust certifi.")
    parts = []
    for variable, path in places:
        try:
            parts.append(_path("system", path, below=False))
        except Unusable as error:
            if not variable:
                raise
            raise Unusable(f"The environment variable {variable} is set. {error.says}", f"{error.next_step} Or remove the variable.") from None
    return _join("system", "system", parts)


def _join(source: str, kind: str, parts: list[Loaded]) -> Loaded:
    return Loaded(
        source=source,
        kind=kind,
        path="; ".join(dict.fromkeys(one.path for one in parts)),
        certificates=tuple(dict.fromkeys(certificate for one in parts for certificate in one.certificates)),
        skipped=tuple(entry for one in parts for entry in one.skipped),
    )


def _java(source: str, password: StorePassword) -> Loaded:
    """Read what a Java program trusts by itself: jssecacerts where that is, else cacerts (JSSE Reference Guide)."""
    from probe.capture.java_home import java_home

    home = java_home(source.partition(":")[2])
    loaded = _path(source, Path(home.store), password=password)
    # Everybody knows the password of this store, and nobody has to give it.
    notes = (*home.notes, *(one for one in loaded.notes if USUAL not in one))
    return replace(loaded, kind="java", refused=(), notes=notes)


def _path(source: str, path: Path, below: bool = True, password: StorePassword | None = None) -> Loaded:
    try:
        folder = path.is_dir()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    return _folder(source, path, below) if folder else _file(source, path, password or StorePassword())


def _file(source: str, path: Path, password: StorePassword) -> Loaded:
    try:
        data = load_file(path)
    except Unusable as error:
        if path.suffix.lower() not in STORE_NAMES or source in ("system", "certifi"):
            raise
        raise Unusable(error.says, f"{error.next_step} {PASSED_OVER}") from None
    if not data.strip():
        raise Unusable(f"{path} is empty.", "Name a file that holds the certificates of the authorities to be trusted.")
    if _is_store(data):
        return _store(source, path, data, password)
    content = read(data)
    if not content.certificates:
        what = _what(content)
        step = NEXT.get(what, "Name a PEM, DER or PKCS7 file with certificates, or a key store.").replace("FILE", shlex.quote(str(path)))
        reason = f" First problem: {content.skipped[0].where}: {content.skipped[0].why}." if content.skipped else ""
        raise Unusable(f"{path} holds no certificate: it looks like {what}.{reason}", step)
    found = tuple(dict.fromkeys(certificate for certificate, _ in content.certificates))
    return Loaded(
        source=source,
        kind="pem" if content.kind == "base64" else content.kind,
        path=str(path),
        certificates=found,
        skipped=content.skipped,
        # Of the stores that the user does not name file by file nobody asks who could load them.
        refused=refusals(data, content) if source not in ("system", "certifi") else (),
    )


def _is_store(data: bytes) -> bool:
    """Whether this is a key store or an archive: most files are neither, and for them nothing more has to be imported."""
    return not data.startswith(b"-----BEGIN") and looks_like(data) in STORES


def _store(source: str, path: Path, data: bytes, password: StorePassword) -> Loaded:
    from probe.capture.keystores import opened

    store = opened(path, data, password)
    return Loaded(
        source=source,
        kind=store.kind,
        path=str(path),
        certificates=store.certificates,
        skipped=store.skipped,
        refused=store.refused,
        overlooked=store.overlooked,
        notes=store.notes,
    )


def _folder(source: str, folder: Path, below: bool) -> Loaded:
    """Read all files in a folder, and ``below`` it, each once, however many links lead to it.

    OpenSSL never looks into the folders below one of its own; Debian keeps Java's store there.
    """
    found: dict[Certificate, None] = {}
    skipped: list[Skipped] = []
    total = 0
    for path in _files(folder, DEPTH if below else 0):
        try:
            data = load_file(path)
        except Unusable as error:
            skipped.append(Skipped(where=str(path), why=error.says))
            continue
        total += len(data)
        if total > LIMIT:
            raise too_large(folder)
        content = read(data)
        if not content.certificates:
            skipped.append(Skipped(where=str(path), why=f"no certificate: it looks like {_what(content)}"))
        found.update(dict.fromkeys(certificate for certificate, _ in content.certificates))
        skipped += [Skipped(where=f"{path}: {one.where}", why=one.why) for one in content.skipped if content.certificates]
    if not found:
        count = f"{len(skipped)} file{'s' if len(skipped) > 1 else ''}"
        what = f" It has {count}, none with a certificate." if skipped else " It is empty."
        store = next((one.where for one in skipped if one.why.endswith(STORES)), None)
        step = f"Name the file itself: --trust {shlex.quote(store)}" if store else "Name a folder with PEM, DER or PKCS7 files."
        raise Unusable(f"The folder {folder} holds no certificate.{what}", step)
    return Loaded(source=source, kind="folder", path=str(folder), certificates=tuple(found), skipped=tuple(skipped))


def _files(folder: Path, deepest: int) -> list[Path]:
    """Give the regular files in a folder and ``deepest`` levels below it, each once, in the order of their names. Raises ``Unusable``."""
    files: list[Path] = []
    seen: set[tuple[int, int]] = set()
    waiting = deque([(folder, 0)])
    while waiting:
        current, depth = waiting.popleft()
        try:
            found, entries = inside(current, ENTRIES, seen)
        except OSError as error:
            if current == folder:
                raise unreadable(folder, error) from None
            continue
        files += [one for one, is_folder in found if not is_folder]
        waiting.extend((one, depth + 1) for one, is_folder in found if is_folder and depth < deepest)
        if len(files) + len(waiting) > FILES or entries == ENTRIES:
            raise Unusable(f"The folder {folder} holds more than {FILES} files.", "Name a folder that holds only the certificates.")
    return files


def _what(content: Content) -> str:
    return {"binary": "binary data", "text": "plain text", "": "something else"}.get(content.looks_like, content.looks_like)
