"""What can be told of a caller from its first bytes, and what of them may be kept. Pure; nothing in here raises."""

import re
from hashlib import md5

from probe.facts.observation import Handshake, Message
from probe.tls.cursor import Cursor, Cut, numbers
from probe.tls.hellos import extension_list
from probe.tls.messages import CLIENT_HELLO
from probe.tls.plaintext import recognise
from probe.tls.registry import is_grease

HTTP = re.compile(rb"(?P<method>[A-Z]{3,12}) (?P<target>[!-~]{1,2000}) HTTP/\d(?:\.\d)?\r?\n?")
"""The request line of HTTP/1 (RFC 9112 section 3)."""
PROXY = (b"PROXY ", b"\r\n\r\n\0\r\nQUIT\n")
"""How the two versions of the PROXY protocol begin, with which a load balancer tells whose connection it passes on."""
SPOKEN = (b"SSH-", b"EHLO ", b"HELO ", b"PRI * HTTP/2")
WITHOUT_TLS = ("HTTP", "HTTP/2", "PROXY protocol")
"""What a caller says that means this port and does without TLS by mistake."""
_TICKET, _PRE_SHARED_KEY, _GROUPS, _POINTS = 35, 41, 10, 11
_LINE = 512
_FEW = 4


def harmless(first: bytes) -> bytes:
    """What may be kept of the first bytes of a caller that speaks no TLS.

    Of HTTP the request line without its query, of the protocols known by a word that word, of everything else four bytes: behind those may stand a password.
    """
    known = next((one for one in (*PROXY, *SPOKEN) if first.startswith(one)), None)
    line = None if known else HTTP.match(first)
    if line:
        path = re.split(rb"[?#]", line["target"], maxsplit=1)[0][:_LINE]
        return line["method"] + b" " + re.sub(rb"^([a-z]+://)[^/@]*@", rb"\1", path) + b" HTTP/1\r\n"
    return known or first[:_FEW]


def plain_protocol(kept: bytes) -> str:
    """Name the protocol of a caller that speaks no TLS, "" when it is not known. ``kept`` is what ``harmless`` left."""
    if kept.startswith(b"PRI * HTTP/2"):
        return "HTTP/2"
    if HTTP.match(kept):
        return "HTTP"
    if kept.startswith(PROXY):
        return "PROXY protocol"
    if kept.startswith((b"EHLO", b"HELO")):
        return "SMTP"
    if kept.startswith(b"SSH-"):
        return "SSH"
    # A client's first message: LDAPMessage is a SEQUENCE, MQTT CONNECT is packet type 1.
    if kept[:1] == b"\x30":
        return "LDAP"
    if kept[:1] == b"\x10":
        return "MQTT"
    return recognise(kept) or ""


def counts(handshake: Handshake | None) -> bool:
    """Whether a connection is a call, and not the touch of a monitor or a scanner: a whole ClientHello came, or what a caller without TLS says."""
    if handshake is None:
        return False
    return hello_of(handshake) is not None or plain_protocol(handshake.first_bytes) in WITHOUT_TLS


def hello_of(handshake: Handshake) -> Message | None:
    """The caller's first ClientHello, if it came whole."""
    return next((one for one in handshake.messages if not one.sent and one.type == CLIENT_HELLO and len(one.body) == one.size), None)


def blanked(message: Message) -> Message:
    """A ClientHello without the tickets in it, which would resume a session elsewhere; zeros stand in their place."""
    if message.type != CLIENT_HELLO:
        return message
    body = bytearray(message.body)
    for kind, start, end in _extensions(message.body):
        if kind in (_TICKET, _PRE_SHARED_KEY):
            body[start:end] = bytes(end - start)
    made = bytes(body)
    return message if made == message.body else Message(at=message.at, sent=message.sent, type=message.type, size=message.size, body=made)


def _extensions(body: bytes) -> list[tuple[int, int, int]]:
    """Type, begin and end of each extension of a ClientHello, as far as they are there."""
    found: list[tuple[int, int, int]] = []
    cursor = Cursor(body)
    try:
        cursor.take(34)
        cursor.field(1)
        cursor.field(2)
        cursor.field(1)
        cursor.number(2)
        while len(cursor):
            kind, size = cursor.number(2), cursor.number(2)
            found.append((kind, cursor.at, min(cursor.at + size, len(body))))
            cursor.take(min(size, len(cursor)))
    except Cut:
        pass
    return found


def ja3(body: bytes) -> str:
    """The fingerprint of a ClientHello by which logs compare clients (JA3, Salesforce 2017): version, suites, extensions, groups, point formats."""
    cursor = Cursor(body)
    try:
        version = cursor.number(2)
        cursor.take(32)
        cursor.field(1)
        suites = numbers(cursor.field(2))
        cursor.field(1)
    except Cut:
        return ""
    extensions, _ = extension_list(cursor)
    groups = numbers(extensions.get(_GROUPS, b"")[2:])
    points = extensions.get(_POINTS, b"")[1:]
    parts = (suites, tuple(extensions), groups, tuple(points))
    text = ",".join((str(version), *("-".join(str(one) for one in part if not is_grease(one)) for part in parts)))
    return md5(text.encode(), usedforsecurity=False).hexdigest()
