"""Reading files that the user named, bounded, with one clear sentence for each way in which that can go wrong."""

import errno
import shlex
import stat
import sys
from pathlib import Path

from probe.facts.unusable import Unusable

LIMIT = 64 * 1024 * 1024
"""The largest file that is read, in bytes."""
INPUT = Path("The standard input")
"""How complaints call what is read under the name ``-``."""


def load(path: Path, limit: int = LIMIT) -> bytes:
    """Give the content of a regular file. Raises ``Unusable``."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unusable(f"{path} is not a regular file.", "Name a file, or copy the content into one first.")
        if status.st_size > limit:
            raise too_large(path, limit)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if len(data) > limit:
        raise too_large(path, limit)
    return data


def load_input(limit: int = LIMIT) -> bytes:
    """Give all of the standard input. Raises ``Unusable``."""
    if sys.stdin is None:
        raise Unusable("The standard input is closed.", "Name a file.")
    try:
        data = sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise unreadable(INPUT, error) from None
    if len(data) > limit:
        raise too_large(INPUT, limit)
    return data


def load_pipe(path: Path, limit: int = LIMIT) -> bytes:
    """Give all that comes through a named pipe, or the ``<(...)`` of a shell: once, until whoever writes closes it. Raises ``Unusable``."""
    try:
        with path.open("rb") as pipe:
            data = pipe.read(limit + 1)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if len(data) > limit:
        raise too_large(path, limit)
    return data


def too_large(path: Path, limit: int = LIMIT) -> Unusable:
    """Say that there is too much to read."""
    return Unusable(f"{path} is larger than {limit // 1024 // 1024} MiB.", "Name a file or folder that holds only the certificates.")


def unreadable(path: Path, error: OSError | ValueError) -> Unusable:
    """Say why a file or folder cannot be read, by the error's number."""
    number = error.errno if isinstance(error, OSError) else errno.EINVAL
    if number in (errno.ENOENT, errno.ENOTDIR):
        return Unusable(f"{path} does not exist.", "Check the spelling and the folder that you are in.")
    if number in (errno.EACCES, errno.EPERM):
        return Unusable(f"{path} may not be read by this user.", f"Run the command as a user who may, or see who that is with: ls -l {shlex.quote(str(path))}")
    if number == errno.ELOOP:
        return Unusable(f"{path} is a symbolic link that leads in a circle.", "Name the file itself.")
    if number in (errno.ENAMETOOLONG, errno.EINVAL):
        return Unusable("This cannot be the name of a file.", "Check what was given as a file name.")
    return Unusable(f"{path} cannot be read (errno {number}).", "Check the file and the disk that it is on.")
