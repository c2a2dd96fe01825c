"""From the observed plain words before TLS to what a copy says there."""

import socket
from collections.abc import Callable
from functools import partial

from probe.case.case import step
from probe.case.checked import ORDINARY
from probe.case.starttls import DIRECT, Came, came
from probe.facts.observation import Attempt, Handshake, Local, Preamble
from probe.lab import raw_server
from probe.lab.manners import Manners
from probe.lab.starttls import FIRST, before, speak, spoken

Words = Callable[[socket.socket], bool]
"""Speaks with a client before TLS; whether TLS follows."""
_MARKED = "X" * 4
_ONE_LINE = frozenset({"smtp", "lmtp", "ftp", "imap", "pop3", "sieve"})
"""Protocols whose refusals are one line, which the copy repeats."""


def words_of(attempts: tuple[Attempt, ...]) -> tuple[Words | None, str]:
    """Give what the copy of one address says before TLS, ``None`` for nothing, and what of it could not be copied ("" if nothing)."""
    # What was read in plain text at the port beside is copied there.
    every = [one for attempt in attempts if not attempt.question.bare and (one := step(attempt, Preamble)) and one.protocol]
    asked = next((attempt for attempt in attempts if attempt.question.name == DIRECT), None)
    direct = step(asked, Handshake)
    if not every or not spoken(every[0].protocol):
        return None, f"the words of {every[0].protocol} before TLS" if every else ""
    one = every[0]
    how = came(one)
    if how in (Came.SILENT, Came.CUT, Came.STRANGE) and not one.fields and direct and (direct.received or direct.first_bytes):
        # Nobody waits for plain words there: TLS, or another service, begins at once.
        return (None if direct.received or not one.received else partial(_says, said=one.received, first=True)), ""
    usual = next((attempt for attempt in attempts if attempt.question.name == ORDINARY), None)
    if usual is not None and step(usual, Preamble) is None and how is Came.CUT and not one.fields:
        # The service was asked for TLS at once, and who then said plain words was cut off too: the same end as for every other stranger.
        return None, ""
    if how is Came.STRANGE:
        if one.ending.local is Local.LIMIT:
            return partial(_endless, said=one.received), "the whole of an endless answer; the copy repeats its beginning"
        return partial(_says, said=one.received, first=one.protocol not in FIRST), ""
    return partial(_speaks, how=_manners(one, how)), _loss(one, how)


def _manners(one: Preamble, how: Came) -> Manners:
    fields = one.fields
    marked = next((value for name, value in fields if name == "capability" and _MARKED in value), "")
    said = dict(fields).get("answer", "").encode("ascii", "replace") if one.protocol in _ONE_LINE else b""
    usual = Manners(protocol=one.protocol)
    match how:
        case Came.UNSUPPORTED:
            return Manners(protocol=one.protocol, offers=False, listing=marked.encode("ascii", "replace"))
        case Came.REFUSED:
            greeted = "starttls" in dict(fields) or one.protocol == "postgres"
            return Manners(protocol=one.protocol, refuses=greeted, greets=greeted, says=said)
        case Came.SILENT | Came.CUT:
            return Manners(protocol=one.protocol, stops=_last(one), hangs_up=how is Came.CUT)
        case Came.GO:
            return Manners(protocol=one.protocol, adds=one.surplus)
    return usual


def _last(one: Preamble) -> bytes:
    """What the client had said last, as the copy will hear it again."""
    if one.protocol in ("postgres", "mysql"):
        return one.sent[:8]
    if one.protocol.startswith("xmpp"):
        return b"<STARTTLS" if b"<starttls" in one.sent else one.sent[:1] and b"STREAM"
    lines = one.sent.splitlines()
    return lines[-1].upper() if lines else b""


def _loss(one: Preamble, how: Came) -> str:
    if how is Came.REFUSED and one.protocol not in _ONE_LINE:
        return f"the words with which the server of {one.protocol} refuses; the copy has its own"
    return ""


def _speaks(connection: socket.socket, how: Manners) -> bool:
    return speak(before(how), connection.recv, connection.sendall, how)


def _says(connection: socket.socket, said: bytes, first: bool) -> bool:
    """Say what the original said, at once or after the client's first word."""
    if not first:
        connection.recv(4096)
    raw_server.banner(connection, said)
    return False


def _endless(connection: socket.socket, said: bytes) -> bool:
    for _ in range(raw_server.ENDLESS_LIMIT // max(1, len(said))):
        connection.sendall(said)
    return False
