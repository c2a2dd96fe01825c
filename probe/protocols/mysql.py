"""MySQL and MariaDB: the server's first packet, then an SSLRequest, port 3306.

MySQL Client/Server Protocol, "Connection Phase":
https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html

There is no go-ahead: who announces CLIENT_SSL expects the ClientHello right after the request. Nothing is said after
TLS, because the only word there is a login.
"""

import re

from probe.facts.target import Target
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import GO, STRANGE, Exactly, Notes, Script, Scripted

SSL, PROTOCOL_41, SECURE_CONNECTION = 0x0800, 0x0200, 0x8000
LONGEST = 4096
GREETING = re.compile(rb"\x0a([\x20-\x7e]{1,100})\x00.{13}(.{2})", re.DOTALL)
"""Protocol 10, version, then connection number (4), half of a nonce (8), a filler (1), and the lower half of the capabilities."""
ERROR = re.compile(rb"\xff(.{2})(?:#(.{5}))?(.*)\Z", re.DOTALL)


def beginning(notes: Notes) -> Script:
    """The server's packet, the request."""
    head = yield Exactly(size=4)
    size = int.from_bytes(head[:3], "little")
    if head[3] != 0 or not 3 <= size <= LONGEST:
        return STRANGE
    packet = yield Exactly(size=size)
    if error := ERROR.match(packet):
        code = int.from_bytes(error[1], "little")
        return notes.refused(b"%d %s" % (code, error[3]), code)
    greeting = GREETING.match(packet)
    if greeting is None:
        return STRANGE
    notes.add("greeting", greeting[1])
    offered = int.from_bytes(greeting[2], "little")
    if not notes.announced(bool(offered & SSL)):
        return STRANGE
    body = (SSL | PROTOCOL_41 | SECURE_CONNECTION).to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + bytes((45,)) + bytes(23)
    yield len(body).to_bytes(3, "little") + b"\x01" + body
    return GO


def start(_target: Target) -> Conversation:
    """The words before TLS."""
    return Scripted(beginning)


PROTOCOL = Protocol(name="mysql", port=3306, start=start)
