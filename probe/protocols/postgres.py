"""PostgreSQL with SSLRequest, port 5432.

Frontend/Backend Protocol, "SSL Session Encryption": https://www.postgresql.org/docs/current/protocol-flow.html

Nothing is said after TLS: the only word that a client has there is the one with which a session begins, which names a
user and a database, and stands in the server's log as a failed login.
"""

import re

from probe.facts.target import Target
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import GO, STRANGE, Exactly, Notes, Script, Scripted

REQUEST = (8).to_bytes(4) + (80877103).to_bytes(4)
LONGEST = 8 * 1024
"""Bytes of an error message that are waited for."""
ERROR_FIELD = re.compile(rb"([A-Z])([^\x00]{0,1000})\x00")


def beginning(notes: Notes) -> Script:
    """The request, and one byte: S, N, or the beginning of an error."""
    yield REQUEST
    answer = yield Exactly(size=1)
    if answer == b"S":
        return GO
    if answer == b"N":
        notes.announced(False)
        return STRANGE
    if answer != b"E":
        return STRANGE
    # An error is written before anybody was authenticated: its text may come from whoever is in between (CVE-2024-10977), so it is data, nothing more.
    size = int.from_bytes((yield Exactly(size=4)))
    if not 4 < size <= LONGEST:
        return STRANGE
    found: dict[bytes, bytes] = {}
    for kind, text in ERROR_FIELD.findall((yield Exactly(size=size - 4))):
        found.setdefault(kind, text)
    if b"C" not in found:
        return STRANGE
    return notes.refused(b"%s %s" % (found[b"C"], found.get(b"M", b"")))


def start(_target: Target) -> Conversation:
    """The words before TLS."""
    return Scripted(beginning)


PROTOCOL = Protocol(name="postgres", port=5432, start=start)
"""ALPN "postgresql" belongs to TLS without this request (since PostgreSQL 17); with it none is needed."""
