"""ManageSieve with STARTTLS (RFC 5804 section 2.2), port 4190.

The server tells its capabilities unasked, before TLS and after it. As some old ones forget the second time, they are
asked for; whichever list comes first is read. Then LOGOUT; nobody is authenticated.
"""

import re
from collections.abc import Generator

from probe.facts.observation import Ending, How
from probe.facts.target import Target
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import GO, STRANGE, Exactly, Line, Notes, Script, Scripted

END = re.compile(rb"(OK|NO|BYE)\b(.*)\Z", re.IGNORECASE | re.DOTALL)
LITERAL = re.compile(rb"\{(\d{1,5})\+?\}\Z")
NAME = re.compile(rb'"([^"\\]{1,100})"')
LONGEST = 8 * 1024
"""Bytes of one string that are waited for."""

Heard = tuple[bytes, bytes, list[bytes]]


def response() -> Generator[Line | Exactly, bytes, Heard | None]:
    """Read lines up to OK, NO or BYE; that word in upper case, its line, and the lines before. ``None`` when it is no ManageSieve."""
    before: list[bytes] = []
    while True:
        line = yield Line()
        whole = line
        while literal := LITERAL.search(line):
            if int(literal[1]) > LONGEST:
                return None
            text = yield Exactly(size=int(literal[1]))
            line = yield Line()
            whole += b" " + text + line
        if end := END.match(whole):
            return end[1].upper(), whole, before
        if not NAME.match(whole):
            return None
        before.append(whole)


def beginning(notes: Notes) -> Script:
    """The server's capabilities, STARTTLS."""
    greeting = yield from response()
    if greeting is None:
        return STRANGE
    word, line, lines = greeting
    if word != b"OK":
        return notes.refused(line)
    if not lines:
        return STRANGE
    _keep(notes, lines)
    names = [found[1].upper() for one in lines if (found := NAME.match(one))]
    if not notes.announced(b"STARTTLS" in names):
        return STRANGE
    yield b"STARTTLS\r\n"
    answer = yield from response()
    if answer is None:
        return STRANGE
    return GO if answer[0] == b"OK" else notes.refused(answer[1])


def following(notes: Notes) -> Script:
    """The capabilities, and goodbye; the status is 0 for OK, 1 otherwise."""
    yield b"CAPABILITY\r\n"
    answer = yield from response()
    if answer is None:
        return STRANGE
    notes.status = 0 if answer[0] == b"OK" else 1
    _keep(notes, answer[2])
    yield b"LOGOUT\r\n"
    return GO if notes.status == 0 else Ending(how=How.DECLINED, code=1)


def _keep(notes: Notes, lines: list[bytes]) -> None:
    for one in lines:
        notes.add("greeting" if one.upper().startswith(b'"IMPLEMENTATION"') else "capability", one)


def start(_target: Target) -> Conversation:
    """The words before TLS."""
    return Scripted(beginning)


def begin(_target: Target) -> Conversation:
    """The words after it."""
    return Scripted(following)


PROTOCOL = Protocol(name="sieve", port=4190, begin=begin, start=start)
