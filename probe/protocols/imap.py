"""IMAP with STARTTLS (RFC 9051 section 6.2.1), port 143.

The capabilities are asked for only if the greeting does not tell them. After TLS they are void and asked for again
(RFC 9051 section 6.2.1), then LOGOUT; nobody is authenticated.
"""

import re
from collections.abc import Generator

from probe.facts.observation import Ending, How
from probe.facts.target import Target
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import GO, STRANGE, Line, Notes, Script, Scripted

GREETING = re.compile(rb"\* (OK|PREAUTH|BYE)\b ?(.*)", re.IGNORECASE | re.DOTALL)
CODE = re.compile(rb"\[CAPABILITY ([^\]]*)\]", re.IGNORECASE)
TAGGED = re.compile(rb"(OK|NO|BAD)\b ?(.*)", re.IGNORECASE | re.DOTALL)


def tagged(tag: bytes) -> Generator[Line, bytes, tuple[bytes, bytes, list[bytes]]]:
    """Read up to the answer with this tag; its word in upper case ("" for what is none, BYE for a goodbye in between), all of it, and the lines before."""
    before: list[bytes] = []
    while True:
        line = yield Line()
        if line.startswith(tag + b" "):
            rest = line[len(tag) + 1 :]
            found = TAGGED.match(rest)
            return found[1].upper() if found else b"", rest, before
        if not line.startswith((b"* ", b"+ ")):
            return b"", line, before
        if line[2:5].upper() == b"BYE":
            return b"BYE", line[2:], before
        before.append(line)


def capabilities(lines: list[bytes]) -> list[bytes] | None:
    """The words of an untagged CAPABILITY answer."""
    found = [line.split()[2:] for line in lines if line.split()[1:2] and line.split()[1].upper() == b"CAPABILITY"]
    return found[-1] if found else None


def beginning(notes: Notes) -> Script:
    """Greeting, capabilities, STARTTLS."""
    greeting = GREETING.match((yield Line()))
    if greeting is None:
        return STRANGE
    notes.add("greeting", greeting[2])
    word = greeting[1].upper()
    if word == b"BYE":
        return notes.refused(b"BYE " + greeting[2])
    if word == b"PREAUTH":
        # STARTTLS is only allowed before authentication, and this connection is authenticated already (RFC 9051 section 7.1.4).
        notes.announced(False)
        return STRANGE
    told = CODE.search(greeting[2])
    known = told[1].split() if told else None
    if known is None:
        yield b"a1 CAPABILITY\r\n"
        word, answer, before = yield from tagged(b"a1")
        if word in (b"NO", b"BAD", b"BYE"):
            return notes.refused(answer)
        known = capabilities(before)
        if word != b"OK" or known is None:
            return STRANGE
    for one in known:
        notes.add("capability", one)
    if not notes.announced(b"STARTTLS" in (one.upper() for one in known)):
        return STRANGE
    yield b"a2 STARTTLS\r\n"
    word, answer, _ = yield from tagged(b"a2")
    if word == b"OK":
        return GO
    return notes.refused(answer) if word else STRANGE


def following(notes: Notes) -> Script:
    """The capabilities once more, and goodbye; the status is 0 for OK and 1 for anything else that is IMAP."""
    yield b"a3 CAPABILITY\r\n"
    word, answer, before = yield from tagged(b"a3")
    if not word:
        return STRANGE
    notes.status = 0 if word == b"OK" else 1
    for one in capabilities(before) or ():
        notes.add("capability", one)
    yield b"a4 LOGOUT\r\n"
    if word == b"OK":
        return GO
    notes.add("answer", answer)
    return Ending(how=How.DECLINED, code=1)


def start(_target: Target) -> Conversation:
    """The words before TLS."""
    return Scripted(beginning)


def begin(_target: Target) -> Conversation:
    """The words after it."""
    return Scripted(following)


PROTOCOL = Protocol(name="imap", port=143, begin=begin, start=start)
