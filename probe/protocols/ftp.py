"""FTP with AUTH TLS (RFC 4217) on the control connection, port 21.

FEAT (RFC 2389) is asked before, but few servers are bound to list what they can (RFC 4217 section 6), so AUTH is tried
in any case and its answer decides. After TLS FEAT once more is allowed to anybody; nobody logs in, and no data
connection is opened.
"""

from probe.facts.observation import Ending, How
from probe.facts.target import Target
from probe.protocols.numbered import UNKNOWN, reply
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import GO, STRANGE, Notes, Script, Scripted

SOON, READY, FEATURES, GOING, LOGIN = 120, 220, 211, 234, 530


def beginning(notes: Notes) -> Script:
    """Greeting, features, AUTH TLS."""
    greeting = yield from reply()
    if greeting is not None and greeting.code == SOON:
        # "Ready in so many minutes": the greeting itself follows (RFC 959 section 5.4).
        greeting = yield from reply()
    if greeting is None:
        return STRANGE
    notes.add("greeting", greeting.texts[0])
    if greeting.code != READY:
        return notes.refused(greeting.answer, greeting.code)
    yield b"FEAT\r\n"
    features = yield from reply()
    if features is None:
        return STRANGE
    listed = [one.strip() for one in features.texts[1:-1]] if features.code == FEATURES else []
    for one in listed:
        notes.add("capability", one)
    offers = any(one.upper().startswith(b"AUTH") and b"TLS" in one.upper() for one in listed)
    yield b"AUTH TLS\r\n"
    answer = yield from reply()
    if answer is None:
        return STRANGE
    if answer.code == GOING:
        notes.announced(True)
        notes.status = answer.code
        return GO
    if offers:
        notes.announced(True)
    elif answer.code in UNKNOWN or (answer.code == LOGIN and features.code == FEATURES):
        # vsftpd without TLS asks for a login in place of saying that it does not know the word.
        notes.announced(False)
    return notes.refused(answer.answer, answer.code)


def following(notes: Notes) -> Script:
    """The features once more, and goodbye."""
    yield b"FEAT\r\n"
    features = yield from reply()
    if features is None:
        return STRANGE
    notes.status = features.code
    yield b"QUIT\r\n"
    # Who knows no FEAT has answered in FTP all the same.
    return GO if features.code < 400 or features.code in UNKNOWN else Ending(how=How.DECLINED, code=features.code)


def start(_target: Target) -> Conversation:
    """The words before TLS."""
    return Scripted(beginning)


def begin(_target: Target) -> Conversation:
    """The words after it."""
    return Scripted(following)


PROTOCOL = Protocol(name="ftp", port=21, begin=begin, start=start)
