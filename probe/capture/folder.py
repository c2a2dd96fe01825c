"""Looking into a folder that the user named: what is in it, each thing once however many links lead to it."""

import os
import stat
from itertools import islice
from pathlib import Path

Identity = tuple[int, int]
"""Device and inode."""


def inside(folder: Path, most: int, seen: set[Identity]) -> tuple[list[tuple[Path, bool]], int]:
    """The regular files in a folder, and its folders (marked ``True``), in the order of their names, without those in ``seen``, which grows by them.

    At most ``most`` entries are looked at; how many there were is given too. Raises ``OSError``.
    """
    with os.scandir(folder) as listed:
        entries = sorted(islice(listed, most), key=lambda one: one.name)
    found = []
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
        if stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode):
            found.append((folder / one.name, stat.S_ISDIR(status.st_mode)))
    return found, len(entries)
