"""Files and folders that the user wants to have inspected: read one after the other, bounded, and opened with the password that was given or is asked for."""

import stat
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from probe.capture.files import INPUT, load, load_input, load_pipe, unreadable
from probe.capture.folder import inside
from probe.capture.store_password import UNCHECKED, USUAL, Passwords
from probe.facts.files import InspectedFile
from probe.facts.unusable import Unusable
from probe.formats.everything import NOT_CHECKED, everything, unopened, wants_password

FILES = 20_000
DEPTH = 8
ENTRIES = 20_000
"""Certificates, keys and requests that are kept altogether; one more and the folder is refused, so that memory stays bounded."""
IN_FOLDER = 16 * 1024 * 1024
"""Bytes of a file in a folder that are read; one that the user named may be larger."""
KEPT = 64 * 1024 * 1024
TRIES = 3
EVERY = 250
"""After so many files somebody who waits is told."""
STORES = ("jks", "jceks", "pkcs12")
USUALLY = f"opened with the password {USUAL}, which is the usual one"

Progress = Callable[[str], None]


def inspected(sources: tuple[str, ...], passwords: Passwords, progress: Progress = lambda _text: None) -> tuple[InspectedFile, ...]:
    """Read everything that the user named, files and folders. Raises ``Unusable`` when one does not exist, or when none can be read."""
    given = passwords.given()
    found: list[InspectedFile] = []
    failed: list[Unusable] = []
    count = entries = kept = 0
    for path, named, closed, piped in _places(sources):
        if closed:
            found.append(InspectedFile(path=str(path), named=False, problem="unreadable", why=closed))
            continue
        count += 1
        if count % EVERY == 0:
            progress(f"{count:,} files read")
        try:
            # A certificate has a few thousand bytes; what is far larger in a folder is something else.
            data = load_input() if path is INPUT else load_pipe(path) if piped else load(path) if named else load(path, IN_FOLDER)
        except Unusable as error:
            failed.append(error)
            found.append(InspectedFile(path=str(path), named=named, problem="unreadable", why=error.says))
            continue
        files = _opened(data, path, named, given, passwords)
        files = tuple(replace(one, piped=True) for one in files) if piped else files
        entries += sum(len(one.entries) for one in files)
        kept += sum(len(entry.certificate.der) for one in files for entry in one.entries if entry.certificate)
        if entries > ENTRIES or kept > KEPT:
            raise Unusable(f"There are more than {ENTRIES:,} certificates and keys, or {KEPT // 1024 // 1024} MiB of them.", "Inspect them folder by folder.")
        found += files
    if not found:
        raise Unusable(f"There is no file in {', '.join(sources)}.", "Name files, or a folder with files.")
    if failed and len(failed) == len(found):
        raise failed[0]
    return tuple(found)


def _opened(data: bytes, path: Path, named: bool, given: str | None, passwords: Passwords) -> tuple[InspectedFile, ...]:
    files = everything(data, str(path), given, named)
    if not wants_password(files):
        return _checked(files, data, path, named) if given is None else files
    if files[0].kind in STORES:
        usual = everything(data, str(path), USUAL, named)
        if not wants_password(usual):
            return tuple(_noting(one, USUALLY) for one in usual)
    for again in range(TRIES if named else 0):
        said = passwords.ask(f"{path} (once more, that one does not open it)" if again else str(path))
        if said is None:
            break
        files = everything(data, str(path), said, named)
        if not wants_password(files):
            return files
    return _checked(files, data, path, named) if given is None else files


def _checked(files: tuple[InspectedFile, ...], data: bytes, path: Path, named: bool) -> tuple[InspectedFile, ...]:
    """Each store that showed everything but its keys, or whose check value nobody compared, opened with the usual password if that fits."""
    if not any(one.unchecked or unopened(one) for one in files):
        return files
    usual = everything(data, str(path), USUAL, named)
    return tuple(_with_usual(one, other) for one, other in zip(files, usual, strict=True))


def _with_usual(one: InspectedFile, usual: InspectedFile) -> InspectedFile:
    if not (one.unchecked or unopened(one)):
        return one
    if not wants_password((usual,)):
        return _noting(usual, USUALLY)
    return replace(one, notes=tuple(UNCHECKED if note == NOT_CHECKED else note for note in one.notes))


def _noting(one: InspectedFile, note: str) -> InspectedFile:
    return replace(one, notes=(*one.notes, note))


def _places(sources: tuple[str, ...]) -> Iterator[tuple[Path, bool, str, bool]]:
    """Each file with whether the user named it, why it may not be looked into, and whether it is a pipe, which gives its content once.

    A folder gives what is in it and below, and no pipes. Raises ``Unusable``.
    """
    seen: set[tuple[int, int]] = set()
    for source in dict.fromkeys(sources):
        if source == "-":
            yield INPUT, True, "", True
            continue
        path = Path(source)
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            raise unreadable(path, error) from None
        if stat.S_ISDIR(status.st_mode):
            yield from ((one, False, why, False) for one, why in _folder(path, seen))
        elif (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            yield path, True, "", stat.S_ISFIFO(status.st_mode)


def _folder(folder: Path, seen: set[tuple[int, int]]) -> Iterator[tuple[Path, str]]:
    """The regular files in a folder and below it, each once however many links lead to it, in the order of their names."""
    waiting = deque([(folder, 0)])
    count = 0
    while waiting:
        current, depth = waiting.popleft()
        try:
            found, _ = inside(current, FILES + 1, seen)
        except OSError as error:
            if current == folder:
                raise unreadable(folder, error) from None
            yield current, unreadable(current, error).says
            continue
        for one, is_folder in found:
            if is_folder:
                if depth < DEPTH:
                    waiting.append((one, depth + 1))
                continue
            count += 1
            if count > FILES:
                raise Unusable(f"The folder {folder} holds more than {FILES:,} files.", "Name a folder that holds only the certificates.")
            yield one, ""
