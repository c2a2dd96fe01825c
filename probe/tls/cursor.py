"""Bounded reading of bytes from a peer."""


class Cut(Exception):
    """The bytes end before what was to be read. It never leaves ``probe.tls``."""


class Cursor:
    """Reads big-endian numbers and length-prefixed fields, front to back. Raises ``Cut`` where the bytes end too early."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def __len__(self) -> int:
        return len(self.data) - self.at

    def take(self, size: int) -> bytes:
        """Read ``size`` bytes."""
        end = self.at + size
        if end > len(self.data):
            raise Cut
        found = self.data[self.at : end]
        self.at = end
        return found

    def number(self, size: int) -> int:
        """Read an unsigned number of ``size`` bytes."""
        return int.from_bytes(self.take(size), "big")

    def field(self, size: int) -> bytes:
        """Read a field whose length stands before it in ``size`` bytes."""
        return self.take(self.number(size))

    def head(self, size: int) -> bytes:
        """Read a field like ``field``, or as much of it as there is."""
        length = self.number(size)
        return self.take(min(length, len(self)))


def numbers(data: bytes, size: int = 2) -> tuple[int, ...]:
    """Split ``data`` into unsigned numbers of ``size`` bytes; an odd rest is left out."""
    return tuple(int.from_bytes(data[at : at + size], "big") for at in range(0, len(data) - size + 1, size))
