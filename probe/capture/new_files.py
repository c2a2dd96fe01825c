"""Files that must not be there yet, such as private keys: all of them or none, whole or not at all, and never in place of another."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from probe.capture.write import unwritable
from probe.facts.noun import noun
from probe.facts.unusable import Unusable

SECRET, PUBLIC = 0o600, 0o644
"""The modes of a file with a private key, and of any other."""
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


@noun
class NewFile:
    """One file to make."""

    path: Path
    data: bytes = field(repr=False)
    mode: int = PUBLIC


def check_new(*paths: Path) -> None:
    """Find out before long work whether these files can be made; nothing is left behind. Raises ``Unusable``."""
    for path in paths:
        try:
            if os.path.lexists(path):
                raise _exists(path)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".probe-"):
                pass
        except (OSError, ValueError) as error:
            raise unwritable(path, error) from None


def create(*files: NewFile) -> None:
    """Make the files. Raises ``Unusable``, also when one of them exists; then, and after Ctrl-C, none of them was made."""
    aside: list[Path] = []
    copied: list[Path] = []
    try:
        for one in files:
            with _told(one.path):
                aside.append(_written(one))
        for one, made in zip(files, aside, strict=True):
            with _told(one.path):
                _place(one, made, copied)
        for folder in dict.fromkeys(one.path.parent for one in files):
            _sync(folder)
    except BaseException:
        for one, made in zip(files, aside, strict=False):
            if one.path in copied or _is_ours(one.path, made):
                one.path.unlink(missing_ok=True)
        raise
    finally:
        for made in aside:
            made.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from None


def _written(one: NewFile) -> Path:
    """Write it beside its place; mkstemp makes it readable by the owner alone, from the first byte on."""
    handle, name = tempfile.mkstemp(dir=one.path.parent, prefix=".probe-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(one.data)
            file.flush()
            os.fchmod(file.fileno(), one.mode)
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _is_ours(path: Path, made: Path) -> bool:
    """Whether what has the name is the file that was written here, and not one that was there before."""
    try:
        return path.samefile(made)
    except OSError:
        return False


def _place(one: NewFile, made: Path, copied: list[Path]) -> None:
    """Give it its name. A link fails when the name is taken; a rename would replace what is there."""
    try:
        os.link(made, one.path, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        handle = os.open(one.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, one.mode)
        # From here on the name is ours.
        copied.append(one.path)
        _copied(one, handle)


def _copied(one: NewFile, handle: int) -> None:
    """The same on a file system without links."""
    with os.fdopen(handle, "wb") as file:
        file.write(one.data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names last; some file systems cannot."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _exists(path: Path) -> Unusable:
    return Unusable(f"{path} exists already, and is not overwritten.", "Name another file or folder, or go on with the one that is there.")
