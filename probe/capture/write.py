"""Files appear whole or not at all."""

import errno
import os
import stat
import tempfile
from pathlib import Path

from probe.facts.unusable import Unusable

_MODE = 0o666


def write(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``; what stood there before is replaced at once and keeps its mode. Raises ``Unusable``.

    A symbolic link stays one and its file is replaced. A device or pipe, such as /dev/null, is written to as it is.
    """
    try:
        mode = _check(path)
        if mode is not None and not stat.S_ISREG(mode):
            _pour(path, data)
            return
        _replace(path.resolve(), data, _MODE & ~_umask() if mode is None else stat.S_IMODE(mode))
    except (OSError, ValueError, RuntimeError) as error:
        raise unwritable(path, error) from None


def check_writable(path: Path) -> None:
    """Find out before long work whether ``write`` will succeed; nothing is left behind. Raises ``Unusable``."""
    try:
        mode = _check(path)
        if mode is None or stat.S_ISREG(mode):
            with tempfile.NamedTemporaryFile(dir=path.resolve().parent, prefix=".probe-"):
                pass
    except (OSError, ValueError, RuntimeError) as error:
        raise unwritable(path, error) from None


def overwrites(path: Path, other: Path) -> bool:
    """Whether ``write`` to ``path`` would replace the content of ``other``; devices and pipes hold nothing that could be lost."""
    try:
        if path.exists() and other.exists():
            return path.is_file() and path.samefile(other)
        return path.resolve() == other.resolve()
    except (OSError, ValueError, RuntimeError):
        return False


def _pour(path: Path, data: bytes) -> None:
    """Write to a device or pipe. To open a named pipe without a reader would wait for one for ever, so it is an error (ENXIO)."""
    handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    with os.fdopen(handle, "wb") as device:
        device.write(data)


def _check(path: Path) -> int | None:
    """Give the mode of what stands there, ``None`` for nothing; a folder is an error."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "folder")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "read-only")
    return mode


def _replace(path: Path, data: bytes, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".probe-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make the new name last; some file systems cannot."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def _umask() -> int:
    # The only way to read it is to set it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def unwritable(path: Path, error: Exception) -> Unusable:
    """Say why a file cannot be written, by the error's number."""
    number = error.errno if isinstance(error, OSError) else errno.EINVAL
    if number == errno.ENOENT and path.parent.is_dir():
        return Unusable(f"No file can be made in {path.parent}, which is no ordinary folder.", "Name a file in another folder.")
    if number in (errno.ENOENT, errno.ENOTDIR):
        return Unusable(f"The folder of {path} does not exist.", "Make the folder first, or name another file.")
    if number == errno.EISDIR:
        return Unusable(f"{path} is a folder.", "Name a file in it.")
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Unusable(f"{path} may not be written by this user.", "Name a file in a folder that you may write to.")
    if number in (errno.ENOSPC, errno.EDQUOT):
        return Unusable(f"There is no space left for {path}.", "Free some space, or name a file on another disk.")
    if number == errno.ENXIO:
        return Unusable(f"Nobody reads from the pipe {path}.", "Start its reader first, or name a file.")
    if number == errno.ELOOP or isinstance(error, RuntimeError):
        return Unusable(f"{path} is a symbolic link that leads in a circle.", "Name another file.")
    return Unusable(f"{path} cannot be written (errno {number}).", "Name another file.")
