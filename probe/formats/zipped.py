"""Certificates in a ZIP archive, as authorities and colleagues send them. Sans I/O, and bounded: entries, bytes, and how far an entry may swell."""

import io
import struct
import zipfile
import zlib

from probe.facts.certificate import Certificate
from probe.facts.trust import Skipped
from probe.formats.content import Content
from probe.formats.der import certificates as read_der
from probe.formats.guess import looks_like
from probe.formats.pem import bare
from probe.formats.pem import read as read_pem

MAX_ENTRIES = 5000
MAX_TOTAL = 64 * 1024 * 1024
MAX_ENTRY = 16 * 1024 * 1024
MAX_RATIO = 200
"""How many times its packed size an entry may have; text packs ten times, a bomb thousands."""
_MAGIC, _LISTED = b"PK\3\4", b"PK\1\2"
_ENCRYPTED = 1
_PASSED = (
    "a ZIP archive",
    "a gzip archive",
    "a JKS key store",
    "a JCEKS key store",
    "a PKCS12 file",
    "a BCFKS key store",
    "a BKS key store",
    "an NSS database",
)
_SHOWN = 120


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a ZIP archive with entries does."""
    return data.startswith(_MAGIC)


def read(data: bytes) -> Content:
    """The certificates of an archive, each with the entry and the place in it. Archives and key stores inside are passed over. Never raises."""
    inside = bodies(data)
    if inside is None:
        return Content(kind="none", looks_like="a damaged ZIP archive")
    found: list[tuple[Certificate, str]] = []
    skipped: list[Skipped] = []
    for name, body, why in inside:
        if why:
            skipped.append(Skipped(where=name, why=why, other=True))
        else:
            _content(name, body, found, skipped)
    looks = "" if found else "a ZIP archive without certificates"
    return Content(kind="zip", certificates=tuple(found), skipped=tuple(skipped), looks_like=looks)


def _entry(archive: zipfile.ZipFile, one: zipfile.ZipInfo, left: int) -> tuple[bytes, str]:
    """The bytes of an entry, or why they are not read."""
    if one.flag_bits & _ENCRYPTED:
        return b"", "it is encrypted"
    if one.file_size > MAX_ENTRY or one.file_size > MAX_RATIO * max(one.compress_size, 64):
        return b"", "it swells to more than certificates do"
    try:
        with archive.open(one) as file:
            body = file.read(min(MAX_ENTRY, left) + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, IndexError, struct.error):
        return b"", "it is damaged, or packed in a way that is not known here"
    return (b"", "the archive is too large as a whole") if len(body) > min(MAX_ENTRY, left) else (body, "")


def _content(name: str, body: bytes, found: list[tuple[Certificate, str]], skipped: list[Skipped]) -> None:
    if (what := looks_like(body)) in _PASSED:
        skipped.append(Skipped(where=name, why=f"{what}, which is not opened here", other=True))
        return
    if body[:1] == b"\x30":
        inside, lost = read_der(body)
        content = Content(kind="der", certificates=tuple(inside), skipped=tuple(lost))
    else:
        content = read_pem(body)
        content = content if content.kind != "none" else bare(body)
    found += [(one, f"{name}, {where}") for one, where in content.certificates]
    skipped += [Skipped(where=f"{name}, {one.where}", why=one.why, other=one.other) for one in content.skipped]
    if not content.certificates and not content.skipped:
        skipped.append(Skipped(where=name, why=f"no certificate: it looks like {what}", other=True))


def bodies(data: bytes) -> tuple[tuple[str, bytes, str], ...] | None:
    """Each entry of an archive with its name and bytes, or why it is not read; ``None`` for a damaged archive. Never raises."""
    if data.count(_LISTED) > 2 * MAX_ENTRIES:
        # The library makes an object of every entry before any can be looked at.
        return (("the archive", b"", f"more than {2 * MAX_ENTRIES} entries"),)
    found: list[tuple[str, bytes, str]] = []
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [one for one in archive.infolist() if not one.filename.endswith("/")]
            for one in entries[:MAX_ENTRIES]:
                body, why = _entry(archive, one, MAX_TOTAL - total)
                total += len(body)
                found.append((one.filename[:_SHOWN], body, why))
            if len(entries) > MAX_ENTRIES:
                found.append(("the rest", b"", f"more than {MAX_ENTRIES} entries"))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError, RecursionError, IndexError, struct.error):
        return None
    return tuple(found)
