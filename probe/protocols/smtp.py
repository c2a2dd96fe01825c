"""SMTP with STARTTLS (RFC 3207), as relays speak it on port 25 and submission on port 587 (RFC 6409).

After TLS begins, everything learned before is void (RFC 3207 section 4.2): the one harmless word is EHLO again, which
also shows that it is the mail server, and not only something in front of it, that answers. QUIT then ends the session
as servers expect; nothing is authenticated and no mail is begun.
"""

from functools import partial

from probe.facts.target import Target
from probe.protocols.numbered import UNKNOWN, reply
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import GO, STRANGE, Notes, Script, Scripted

READY, FINE = 220, 250
NAME = b"[127.0.0.1]"
"""What the client calls itself: an address literal (RFC 5321 section 4.1.3) that every server can read and that tells nothing of this machine."""


def beginning(notes: Notes, verb: bytes) -> Script:
    """Greeting, capabilities, STARTTLS. ``verb`` is EHLO, or LHLO of LMTP."""
    greeting = yield from reply()
    if greeting is None:
        return STRANGE
    notes.add("greeting", greeting.texts[0])
    if greeting.code != READY:
        return notes.refused(greeting.answer, greeting.code)
    yield verb + b" " + NAME + b"\r\n"
    hello = yield from reply()
    if hello is None:
        return STRANGE
    if hello.code != FINE:
        if hello.code in UNKNOWN:
            # A server without extensions has none (RFC 5321 section 4.1.1.1).
            notes.announced(False)
        return notes.refused(hello.answer, hello.code)
    extensions = hello.texts[1:]
    for one in extensions:
        notes.add("capability", one)
    if not notes.announced(any(one.split(b" ")[0].upper() == b"STARTTLS" for one in extensions)):
        return STRANGE
    yield b"STARTTLS\r\n"
    answer = yield from reply()
    if answer is None:
        return STRANGE
    if answer.code != READY:
        return notes.refused(answer.answer, answer.code)
    notes.status = answer.code
    return GO


def following(notes: Notes, verb: bytes) -> Script:
    """The capabilities once more, and goodbye."""
    yield verb + b" " + NAME + b"\r\n"
    hello = yield from reply()
    if hello is None:
        return STRANGE
    if hello.code != FINE:
        # Postfix says here, before it was asked anything, that it does not accept the client's certificate.
        return notes.refused(hello.answer, hello.code)
    notes.status = hello.code
    for one in hello.texts[1:]:
        notes.add("capability", one)
    yield b"QUIT\r\n"
    return GO


def start(_target: Target) -> Conversation:
    """The words before TLS."""
    return Scripted(partial(beginning, verb=b"EHLO"))


def begin(_target: Target) -> Conversation:
    """The words after it."""
    return Scripted(partial(following, verb=b"EHLO"))


PROTOCOL = Protocol(name="smtp", port=25, begin=begin, start=start)
"""Mail servers agree on no ALPN name; none is offered."""
