"""Puts handshake messages together from the pieces in which records bring them (RFC 8446 section 5.1)."""

from probe.facts.observation import Message

MESSAGE_LIMIT = 256 * 1024
"""Bytes of one message that are kept; the rest is counted."""

NEVER_KEPT = frozenset({4, 20})
"""NewSessionTicket and Finished: only their size is known afterwards."""


class Assembly:
    """One direction's unfinished message. ``pieces`` counts its bytes without the header, ``at`` is when the last of them came."""

    __slots__ = ("_body", "_header", "_seen", "at")

    def __init__(self) -> None:
        self._header = b""
        self._body = bytearray()
        self._seen = 0
        self.at = 0.0

    def feed(self, data: bytes, at: float) -> list[tuple[int, int, bytes]]:
        """Take the content of a record; return the messages that it finished: type, size, body (cut when over the limit)."""
        found: list[tuple[int, int, bytes]] = []
        start = 0
        if data:
            self.at = at
        while start < len(data):
            if len(self._header) < 4:
                more = data[start : start + 4 - len(self._header)]
                self._header += more
                start += len(more)
                if len(self._header) < 4:
                    break
            kind, size = self._header[0], int.from_bytes(self._header[1:], "big")
            end = min(len(data), start + size - self._seen)
            room = MESSAGE_LIMIT - len(self._body)
            self._body += data[start : min(end, start + room)]
            self._seen += end - start
            start = end
            if self._seen < size:
                break
            found.append((kind, size, b"" if kind in NEVER_KEPT else bytes(self._body)))
            self._header, self._seen = b"", 0
            self._body.clear()
        return found

    @property
    def pieces(self) -> int:
        """Bytes of the unfinished message that have come, with its header; 0 when there is none."""
        return len(self._header) + self._seen

    def head(self, sent: bool) -> Message | None:
        """The head of the unfinished message, ``None`` when its header has not come or it is of a kind that is never kept."""
        if len(self._header) < 4 or self._header[0] in NEVER_KEPT:
            return None
        return Message(at=self.at, sent=sent, type=self._header[0], size=int.from_bytes(self._header[1:], "big"), body=bytes(self._body))

    def copy(self) -> "Assembly":
        """An independent copy."""
        made = Assembly()
        made._header, made._body, made._seen, made.at = self._header, bytearray(self._body), self._seen, self.at
        return made
