"""Several files into one folder: all of them or none, and never in place of a file with another content unless that is wanted."""

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from probe.capture.write import unwritable
from probe.facts.noun import noun
from probe.facts.unusable import Unusable

LIMIT = 64 * 1024 * 1024
_MODE = 0o644
Alike = Callable[[bytes], bool]


@noun
class ToWrite:
    """One file: its name, its content, and whether a content that is there already says the same (``None``: only when the bytes are equal)."""

    name: str
    data: bytes
    alike: Alike | None = None


def check_folder(folder: Path) -> None:
    """Find out before long work whether files can be written there; nothing is left behind. Raises ``Unusable``."""
    try:
        place = _existing(folder)
        with tempfile.TemporaryDirectory(dir=place, prefix=".probe-"):
            pass
    except (OSError, ValueError, RuntimeError) as error:
        raise _folder_trouble(folder, error) from None


def write_all(folder: Path, files: tuple[ToWrite, ...], force: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the files; gives the names that were written, and those that were there already with the same content. Raises ``Unusable``.

    Names must be plain: no separator, no leading dot. Everything is written beside its place first, where a full disk shows; then each takes its place at
    once. When one cannot, those before it go back to what they were. ``force`` replaces what is there.
    """
    if any(not one.name or one.name.startswith(".") or {"/", "\\", "\0"} & set(one.name) for one in files):
        raise ValueError("a file name that leads elsewhere")
    made = False
    try:
        made = not folder.exists()
        _existing(folder)
        folder.mkdir(exist_ok=True)
        kept = tuple(one.name for one in files if _same(folder / one.name, one, force))
        todo = tuple(one for one in files if one.name not in kept)
        if todo:
            _place(folder, todo)
        made = False
        return tuple(one.name for one in todo), kept
    except (OSError, ValueError, RuntimeError) as error:
        raise _folder_trouble(folder, error) from None
    finally:
        if made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _existing(folder: Path) -> Path:
    """The folder, or that in which it will be made."""
    if folder.exists():
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "no folder")
        return folder
    if folder.is_symlink():
        raise FileNotFoundError(errno.ENOENT, "a link to nothing")
    return folder.resolve().parent


def _same(path: Path, one: ToWrite, force: bool) -> bool:
    """Whether the same is there already. Raises ``Unusable`` for anything else that is there and may not be replaced."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    if stat.S_ISREG(status.st_mode) and status.st_size <= LIMIT:
        data = path.read_bytes()
        if data == one.data or (one.alike is not None and one.alike(data)):
            return True
    if stat.S_ISDIR(status.st_mode):
        raise Unusable(f"{path} is a folder, and a file of this name is to be written.", "Name another folder with --write. Nothing was written.")
    if not force:
        raise Unusable(f"{path} exists and holds something else.", "Name another folder with --write, or replace it with --force. Nothing was written.")
    return False


def _place(folder: Path, todo: tuple[ToWrite, ...]) -> None:
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=".probe-"))
    done: list[tuple[Path, Path | None]] = []
    try:
        for one in todo:
            _write(aside / one.name, one.data)
        for one in todo:
            place, before = folder / one.name, aside / f".before-{one.name}"
            saved = _aside(place, before)
            done.append((place, before if saved else None))
            (aside / one.name).replace(place)
    except BaseException:
        for place, old in reversed(done):
            with contextlib.suppress(OSError):
                if old is None:
                    place.unlink(missing_ok=True)
                else:
                    old.replace(place)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _aside(place: Path, before: Path) -> bool:
    """Keep what stands there under a second name, until all others have taken their places."""
    try:
        os.link(place, before, follow_symlinks=False)
    except FileNotFoundError:
        return False
    except OSError:
        shutil.copy2(place, before, follow_symlinks=False)
    return True


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _folder_trouble(folder: Path, error: Exception) -> Unusable:
    if isinstance(error, NotADirectoryError):
        return Unusable(f"{folder} is not a folder.", "Name a folder with --write; it is made if it does not exist.")
    found = unwritable(folder, error)
    return Unusable(found.says, f"{found.next_step.replace('Name a file in a folder', 'Name a folder')} Nothing was written.")
