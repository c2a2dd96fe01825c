"""What the operating system tells about a running program: its file, arguments, environment and folders. Linux only (proc(5)).

Arguments and environment may hold passwords. They stay in this object, which nothing prints, for as long as it takes to find the trust stores.
"""

import os
import re
import stat
from pathlib import Path

from probe.facts.unusable import Unusable

LIMIT = 4 * 1024 * 1024
"""Bytes of arguments, or of environment, that are read (Linux allows 2 MiB of both together unless its stack limit was raised)."""
MAPS = 16 * 1024 * 1024
LINKS = 40
"""Symbolic links that are followed in one path, as many as Linux follows."""
_LIBJVM = re.compile(rb"\s(/[^\n]*/libjvm\.so)(?: \(deleted\))?\n")


class Process:
    """One process, read once. ``elsewhere``: it sees another tree of files than we do, as programs in containers do."""

    __slots__ = ("_proc", "_user", "arguments", "elsewhere", "environment", "executable", "folder", "libjvm", "pid")

    def __init__(self, pid: int) -> None:
        """Raises ``Unusable`` when there is no such process, or when it may not be looked into."""
        self.pid = pid
        self._proc = Path("/proc") / str(pid)
        if not Path("/proc/self").exists():
            raise Unusable("Running programs can only be looked into on Linux.", "Name the store that the program uses with --trust instead.")
        if not self._proc.exists():
            raise Unusable(f"There is no process {pid}.", "Find it with: ps -ef")
        try:
            self.arguments = [one.decode("utf-8", "surrogateescape") for one in self._read("cmdline").split(b"\0")[:-1]]
            found = [one.partition(b"=") for one in self._read("environ").split(b"\0") if b"=" in one]
            self.environment = {name.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape") for name, _, value in found}
            self.executable = str((self._proc / "exe").readlink()).removesuffix(" (deleted)")
            self.folder = self._cwd()
            self.elsewhere = self._is_elsewhere()
            self.libjvm = self._libjvm()
            self._user = self._ids()
        except PermissionError:
            raise Unusable(f"The process {pid} belongs to somebody else and may not be looked into.", "Run the command as the same user, or as root.") from None
        except (FileNotFoundError, ProcessLookupError):
            raise Unusable(f"The process {pid} has ended, or is one of the kernel.", "Find it with: ps -ef") from None
        except OSError as error:
            raise Unusable(f"The process {pid} cannot be looked into (errno {error.errno}).", "Name its store with --trust instead.") from None
        if not self.arguments:
            raise Unusable(f"The process {pid} has ended, or is one of the kernel.", "Find it with: ps -ef")

    def __repr__(self) -> str:
        return f"Process({self.pid}, hidden)"

    def place(self, path: str) -> Path:
        """Where we find what the process calls ``path``; a relative path begins at its folder."""
        wanted = os.path.join(self.folder, path)  # noqa: PTH118 -- the path is the other process's, and need not be one of ours
        return self._through(wanted) if self.elsewhere else Path(wanted)

    def called(self, path: str) -> str:
        """What the process calls ``path``, from the top."""
        return os.path.normpath(os.path.join(self.folder, path))  # noqa: PTH118 -- as above

    def may_read(self, path: str) -> bool:
        """Whether the process can open this regular file, by owner, groups and mode of the file and the folders above. Lists of access rights are not asked."""
        place = self.place(path)
        try:
            place = place if self.elsewhere else place.resolve(strict=True)
            status = place.stat()
            if not stat.S_ISREG(status.st_mode):
                return False
            return self._allowed(status, 0o4) and all(self._allowed(one.stat(), 0o1) for one in place.parents)
        except (OSError, RuntimeError, ValueError):
            return False

    def _allowed(self, status: os.stat_result, right: int) -> bool:
        user, groups = self._user
        if user == 0:
            return True
        shift = 6 if status.st_uid == user else 3 if status.st_gid in groups else 0
        return bool(status.st_mode >> shift & right)

    def _ids(self) -> tuple[int, frozenset[int]]:
        """The user and the groups as which it opens files."""
        fields = dict(line.split(":", 1) for line in self._read("status").decode("ascii", "replace").splitlines() if ":" in line)
        ids = {name: [int(one) for one in fields.get(name, "").split()] for name in ("Uid", "Gid", "Groups")}
        return ids["Uid"][3], frozenset((ids["Gid"][3], *ids["Groups"]))

    def _through(self, wanted: str) -> Path:
        """Below the process's own top. A link that begins at the top means that one and not ours, so each is followed by hand."""
        top = self._proc / "root"
        waiting = [one for one in wanted.split("/") if one not in ("", ".")][::-1]
        done: list[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                done = done[:-1]
                continue
            here = top.joinpath(*done, part)
            if here.is_symlink() and links < LINKS:
                links += 1
                to = str(here.readlink())
                done = [] if to.startswith("/") else done
                waiting += [one for one in to.split("/") if one not in ("", ".")][::-1]
            else:
                done.append(part)
        return top.joinpath(*done)

    def _read(self, name: str) -> bytes:
        with (self._proc / name).open("rb") as file:
            return file.read(LIMIT)

    def _cwd(self) -> str:
        """Its folder as it calls it itself: the link names it from our top."""
        found, top = str((self._proc / "cwd").readlink()), str((self._proc / "root").readlink())
        return found.removeprefix(top) or "/" if top != "/" and (found == top or found.startswith(f"{top}/")) else found

    def _is_elsewhere(self) -> bool:
        return str((self._proc / "root").readlink()) != "/" or (self._proc / "ns/mnt").readlink() != Path("/proc/self/ns/mnt").readlink()

    def _libjvm(self) -> str:
        """The Java runtime that is loaded, also by a program that is not called java."""
        with (self._proc / "maps").open("rb") as file:
            found = _LIBJVM.search(file.read(MAPS))
        return found[1].decode("utf-8", "surrogateescape") if found else ""
