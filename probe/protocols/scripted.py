"""Words as a script: a generator that tells what to send and what it waits for, and never sees a connection. Both sides of a conversation can be written
so.

A script yields bytes, which are sent, or one of ``Line``, ``Exactly`` and ``Until``, and then gets the bytes that fit;
it returns how the words ended. Whatever the peer says, nothing is kept beyond ``LIMIT``, and nothing in here raises.
"""

import re
from collections.abc import Callable, Generator

from probe.facts.noun import noun
from probe.facts.observation import Ending, How, Local
from probe.protocols.protocol import Words

LIMIT = 64 * 1024
"""Bytes that are taken altogether. The longest honest answer, the capabilities of an IMAP server, has about 2 KiB."""
LINE = 16 * 1024
"""Bytes of one line: twice of what IMAP lets a server expect (RFC 7162 section 4)."""
HEAD, VALUE, VALUES = 1024, 256, 64
"""Bytes of the first words and of plain text after the go-ahead that are kept, characters of a field, and number of fields."""

GO = Ending(how=How.DONE)
STRANGE = Ending(how=How.DECLINED)
"""The peer says something that is not this protocol, or no, in a protocol without numbers."""
TOO_MUCH = Ending(how=How.LOCAL, local=Local.LIMIT)

ANNOUNCED, NOT_ANNOUNCED = "announced", "not announced"

_BINARY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What stands in no line of text: with it nobody has to wait for the line's end."""
_OVERLAP = 1024
"""Bytes before those that are new in which a pattern may begin."""


@noun
class Line:
    """Wait for a line; it is given without its end (CRLF, or LF alone as some servers write)."""


@noun
class Exactly:
    """Wait for so many bytes."""

    size: int


@noun
class Until:
    """Wait until the pattern is found; everything up to the end of it is given. What does not begin with ``opens``, after blanks, is not waited for."""

    pattern: re.Pattern[bytes]
    opens: bytes = b""


Wanted = Line | Exactly | Until
Script = Generator[bytes | Wanted, bytes, Ending]
"""The whole of one side."""


class Notes:
    """What a script writes down of the peer, by its own list of what may be kept."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.fields: list[tuple[str, str]] = []

    def add(self, name: str, value: bytes | str) -> None:
        """Keep a field, cut, as long as there are not too many; bytes that are no UTF-8 are written as escapes."""
        text = value if isinstance(value, str) else value[: 4 * VALUE].decode("utf-8", "backslashreplace")
        if len(self.fields) < VALUES:
            self.fields.append((name, text[:VALUE]))

    def announced(self, does: bool) -> bool:
        """Keep whether the peer says that it can begin TLS."""
        # The sentence that decides shall not be lost behind a long list.
        del self.fields[VALUES - 2 :]
        self.add("starttls", ANNOUNCED if does else NOT_ANNOUNCED)
        return does

    def refused(self, answer: bytes, code: int | None = None) -> Ending:
        """Keep the answer that said no, and give the ending for it."""
        self.status = code
        del self.fields[VALUES - 1 :]
        self.add("answer", answer)
        return Ending(how=How.DECLINED, code=code)


class Scripted:
    """A conversation that goes as a script says; see ``probe.protocols.protocol.Conversation``."""

    def __init__(self, script: Callable[[Notes], Script]) -> None:
        self._notes = Notes()
        self._script = script(self._notes)
        self._pending = b""
        self._buffer = bytearray()
        self._looked = 0
        self._received = 0
        self._first = b""
        self._surplus = b""
        self._wanted: Wanted = Line()
        self._ending: Ending | None = None
        self._step(None)

    def outgoing(self) -> bytes:
        """Give what is to be sent now, once."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the peer; empty bytes are its end, which says nothing by itself."""
        if self._ending is not None:
            self._surplus += data[: HEAD - len(self._surplus)]
            return
        self._received += len(data)
        self._first += data[: HEAD - len(self._first)]
        self._buffer += data
        while self._ending is None and (piece := self._take()) is not None:
            self._looked = 0
            self._step(piece)
        if self._ending is not None:
            self._surplus = bytes(self._buffer[:HEAD])
        elif self._impossible():
            self._ending = STRANGE
        elif self._received > LIMIT or (isinstance(self._wanted, Line) and len(self._buffer) > LINE):
            self._ending = TOO_MUCH

    def words(self) -> Words:
        """Tell what was said so far."""
        strange = self._ending is not None and self._ending.how is not How.DONE and self._notes.status is None
        return Words(
            status=self._notes.status,
            fields=tuple(self._notes.fields),
            body=self._first if strange else b"",
            ending=self._ending,
            complete=self._ending is not None,
            surplus=self._surplus if self._ending == GO else b"",
        )

    def _step(self, piece: bytes | None) -> None:
        """Let the script go on until it waits again or is over."""
        try:
            said = next(self._script) if piece is None else self._script.send(piece)
            while isinstance(said, bytes):
                self._pending += said
                said = next(self._script)
            self._wanted = said
        except StopIteration as over:
            self._ending = over.value

    def _take(self) -> bytes | None:
        """What the script waits for, if it has come whole."""
        if isinstance(self._wanted, Exactly):
            return self._cut(self._wanted.size) if len(self._buffer) >= self._wanted.size else None
        start = max(0, self._looked - _OVERLAP)
        self._looked = len(self._buffer)
        if isinstance(self._wanted, Until):
            found = self._wanted.pattern.search(self._buffer, start)
            return self._cut(found.end()) if found else None
        end = self._buffer.find(b"\n", start)
        if end < 0 or end > LINE or _BINARY.search(self._buffer, 0, end):
            return None
        return self._cut(end + 1)[:-1].removesuffix(b"\r")

    def _impossible(self) -> bool:
        """Whether what has come can no longer become what is waited for."""
        if isinstance(self._wanted, Until):
            begun = self._buffer[:HEAD].lstrip()
            return bool(begun) and not begun.startswith(self._wanted.opens[: len(begun)])
        return isinstance(self._wanted, Line) and _BINARY.search(self._buffer) is not None

    def _cut(self, size: int) -> bytes:
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece
