"""POP3 with STLS (RFC 2595 section 4), port 110.

CAPA (RFC 2449) tells whether STLS is offered; a server that does not know CAPA is asked for STLS all the same. After
TLS CAPA is sent again, as what was told before is void, then QUIT; nobody logs in.
"""

import re
from collections.abc import Generator

from probe.facts.target import Target
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import GO, STRANGE, Line, Notes, Script, Scripted

STATUS = re.compile(rb"(\+OK|-ERR)(?: (.*))?\Z", re.IGNORECASE | re.DOTALL)


def listed() -> Generator[Line, bytes, list[bytes]]:
    """Read lines up to a single dot (RFC 1939 section 3)."""
    lines: list[bytes] = []
    while (line := (yield Line())) != b".":
        lines.append(line)
    return lines


def beginning(notes: Notes) -> Script:
    """Greeting, capabilities, STLS."""
    line = yield Line()
    greeting = STATUS.match(line)
    if greeting is None:
        return STRANGE
    notes.add("greeting", greeting[2] or b"")
    if greeting[1].startswith(b"-"):
        return notes.refused(line)
    yield b"CAPA\r\n"
    known = STATUS.match((yield Line()))
    if known is None:
        return STRANGE
    if known[1].startswith(b"+"):
        capabilities = yield from listed()
        for one in capabilities:
            notes.add("capability", one)
        if not notes.announced(any(one.upper().split()[:1] == [b"STLS"] for one in capabilities)):
            return STRANGE
    yield b"STLS\r\n"
    line = yield Line()
    answer = STATUS.match(line)
    if answer is None:
        return STRANGE
    if answer[1].startswith(b"+"):
        return GO
    if known[1].startswith(b"-"):
        # It knows neither the list of capabilities nor this one.
        notes.announced(False)
    return notes.refused(line)


def following(notes: Notes) -> Script:
    """The capabilities once more, and goodbye; the status is 0 for +OK and 1 for -ERR, with which a server may say that it knows no CAPA."""
    yield b"CAPA\r\n"
    answer = STATUS.match((yield Line()))
    if answer is None:
        return STRANGE
    notes.status = 1
    if answer[1].startswith(b"+"):
        notes.status = 0
        for one in (yield from listed()):
            notes.add("capability", one)
    yield b"QUIT\r\n"
    return GO


def start(_target: Target) -> Conversation:
    """The words before TLS."""
    return Scripted(beginning)


def begin(_target: Target) -> Conversation:
    """The words after it."""
    return Scripted(following)


PROTOCOL = Protocol(name="pop3", port=110, begin=begin, start=start)
