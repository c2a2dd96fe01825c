"""Trust stores as the user named them: read whole, or refused in one clear sentence. Never another store in place of the one that was named."""

import os
import shlex
import stat
from base64 import b64encode
from collections import deque
from itertools import islice
from pathlib import Path

from probe.capture.files import LIMIT, too_large, unreadable
from probe.capture.files import load as load_file
from probe.facts import der, distinguished
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.trust import Refused, Skipped, TrustStore
from probe.facts.unusable import Unusable
from probe.formats import Content, read
from probe.formats.loaders import refusals

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
    "a JKS key store": "This version does not read it. Convert it with: keytool -list -rfc -keystore FILE > anchors.pem",
    "a PKCS12 file": "This version does not read it. Convert it with: openssl pkcs12 -in FILE -nokeys -out anchors.pem",
    "an HTML page": "A download page or an error page was saved in place of the file. Download the certificate itself.",
    "a certificate request": "Name the certificate that the authority made of it.",
}


@noun
class Loaded:
    """Everything that was in a store. ``path`` names the files or folders, several separated by a semicolon and a blank."""

    source: str
    kind: str
    path: str
    certificates: tuple[Certificate, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[Refused, ...] = ()


def load(source: str) -> Loaded:
    """Read a trust source: ``system``, ``certifi``, ``none``, or a file or folder with PEM, DER or PKCS7. Raises ``Unusable``."""
    if source == "none":
        return Loaded(source=source, kind="none", path="")
    if source == "certifi":
        return _certifi()
    if source == "system":
        return _system()
    if (source == "java" or source.startswith("java:")) and not Path(source).exists():
        step = "Convert it with: keytool -list -rfc -cacerts > anchors.pem, and name that file."
        raise Unusable("The trust store of Java is not read by this version.", step)
    if not source:
        raise Unusable("The trust source is empty.", "Name system, certifi, none, or a file or folder.")
    return _path(source, Path(source))


def relevant(loaded: Loaded, certificates: tuple[Certificate, ...]) -> TrustStore:
    """Keep of a store only what could matter to these certificates; ``size`` still counts all.

    That is: anchors with the name of one of their issuers or with one of their own names, or equal to one of them, and the same again for those.
    """
    by_name: dict[bytes, list[Certificate]] = {}
    for one in loaded.certificates:
        key = subject_key(one)
        if key is not None:
            by_name.setdefault(key, []).append(one)
    wanted = set(certificates)
    seen: set[bytes] = set()
    waiting = deque(certificates)
    while waiting:
        read_out = waiting.popleft().read
        for name in (read_out.subject, read_out.issuer):
            if name is None or name.key in seen:
                continue
            seen.add(name.key)
            found = by_name.get(name.key, [])
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
    )


def glance(certificates: tuple[Certificate, ...]) -> TrustStore | None:
    """The public list without what is in it, when none of these certificates is; ``None`` when it has to be read.

    To look for the certificates in its text takes a millisecond, to read it twenty.
    """
    import certifi

    place = Path(certifi.where())
    text = load_file(place).replace(b"\r", b"").replace(b"\n", b"")
    # A block begins with the first byte of its certificate, so that its base64 begins as that of the whole.
    if any(b64encode(one.der[:120]) in text for one in certificates):
        return None
    return TrustStore(source="certifi", kind="certifi", path=str(place), size=text.count(b"-----BEGIN CERTIFICATE-----"))


def subject_key(certificate: Certificate) -> bytes | None:
    """Give ``certificate.read.subject.key`` without reading the rest: of a whole store that takes a fifth of the time."""
    data = certificate.der
    try:
        fields = der.children(data, der.children(data, der.whole(data))[0])
        # TBSCertificate (RFC 5280 section 4.1): an optional version in [0], serial, signature, issuer, validity, subject.
        place = 5 if fields[0].tag == _VERSION else 4
        return distinguished.name(der.encoded(data, fields[place]))[0].key
    except (ValueError, IndexError):
        return None


def _certifi() -> Loaded:
    import certifi

    return _join("certifi", "certifi", [_path("certifi", Path(certifi.where()))])


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


def _path(source: str, path: Path, below: bool = True) -> Loaded:
    try:
        folder = path.is_dir()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    return _folder(source, path, below) if folder else _file(source, path)


def _file(source: str, path: Path) -> Loaded:
    data = load_file(path)
    if not data.strip():
        raise Unusable(f"{path} is empty.", "Name a file that holds the certificates of the authorities to be trusted.")
    content = read(data)
    if not content.certificates:
        what = _what(content)
        step = NEXT.get(what, "Name a PEM, DER or PKCS7 file with certificates.").replace("FILE", shlex.quote(str(path)))
        reason = f" First problem: {content.skipped[0].where}: {content.skipped[0].why}." if content.skipped else ""
        raise Unusable(f"{path} holds no certificate: it looks like {what}.{reason}", step)
    found = tuple(dict.fromkeys(certificate for certificate, _ in content.certificates))
    return Loaded(
        source=source,
        kind="pem" if content.kind == "base64" else content.kind,
        path=str(path),
        certificates=found,
        skipped=content.skipped,
        refused=refusals(data, content),
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
        raise Unusable(f"The folder {folder} holds no certificate.{what}", "Name a folder with PEM, DER or PKCS7 files.")
    return Loaded(source=source, kind="folder", path=str(folder), certificates=tuple(found), skipped=tuple(skipped))


def _files(folder: Path, deepest: int) -> list[Path]:
    """Give the regular files in a folder and ``deepest`` levels below it, each once, in the order of their names. Raises ``Unusable``."""
    files: list[Path] = []
    seen: set[tuple[int, int]] = set()
    waiting = deque([(folder, 0)])
    while waiting:
        current, depth = waiting.popleft()
        try:
            entries = sorted(islice(current.iterdir(), ENTRIES))
        except OSError as error:
            if current == folder:
                raise unreadable(folder, error) from None
            continue
        for one in entries:
            try:
                status = one.stat()
            except OSError:
                # A link to nothing or to itself is no file; real stores have many of the first kind.
                continue
            identity = (status.st_dev, status.st_ino)
            if identity in seen:
                continue
            seen.add(identity)
            if stat.S_ISDIR(status.st_mode) and depth < deepest:
                waiting.append((one, depth + 1))
            elif stat.S_ISREG(status.st_mode):
                files.append(one)
        if len(files) + len(waiting) > FILES or len(entries) == ENTRIES:
            raise Unusable(f"The folder {folder} holds more than {FILES} files.", "Name a folder that holds only the certificates.")
    return files


def _what(content: Content) -> str:
    return {"binary": "binary data", "text": "plain text", "": "something else"}.get(content.looks_like, content.looks_like)
