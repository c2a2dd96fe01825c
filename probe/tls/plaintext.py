"""Recognises a protocol that speaks plaintext by its first bytes. What a peer says is matched as bytes, never trusted, never printed."""

import re

_MAIL = re.compile(rb"smtp|postfix|exim|sendmail|\bmail|\bmx\d*\b", re.IGNORECASE)
_FILES = re.compile(rb"ftp|filezilla", re.IGNORECASE)
_REPLY = re.compile(rb"[245]\d\d[ -]")
_REDIS = re.compile(rb"-(ERR (unknown command|Protocol error|wrong number of arg|max number of clients)|NOAUTH |DENIED |MISCONF )")

_FIRST = (
    (re.compile(rb"HTTP/\d"), "HTTP"),
    (re.compile(rb"\s*<(!doctype html|html|head|title)\b", re.IGNORECASE), "HTTP"),
    (re.compile(rb"SSH-\d"), "SSH"),
    (re.compile(rb"\* (OK|PREAUTH|BYE|BAD)\b"), "IMAP"),
    (_REDIS, "Redis"),
    (re.compile(rb"\+PONG\r\n"), "Redis"),
    (re.compile(rb"(\+OK|-ERR)[ \r\n]"), "POP3"),
    (re.compile(rb"AMQP[\x00-\x03]"), "AMQP"),
    (re.compile(rb"RFB \d{3}\.\d{3}\n"), "VNC"),
    (re.compile(rb"\s*(<\?xml[^>]{0,200}\?>\s*)?<stream:(stream|error)\b"), "XMPP"),
    (re.compile(rb"RTSP/\d"), "RTSP"),
    (re.compile(rb"SIP/\d"), "SIP"),
)


def recognise(first: bytes) -> str | None:
    """Name the protocol that begins with ``first`` (the first 1,024 bytes are looked at); ``None`` when it is not known or is a TLS record.

    ``SMTP or FTP`` when a greeting does not say which of the two it is.
    """
    head = first[:1024]
    for pattern, name in _FIRST:
        if pattern.match(head):
            return name
    return _greeting(head) or _binary(head)


def _greeting(head: bytes) -> str | None:
    """SMTP (RFC 5321 section 4.2) and FTP (RFC 959 section 4.2) both begin with a number."""
    if not _REPLY.match(head):
        return None
    if _FILES.search(head):
        return "FTP"
    return "SMTP" if _MAIL.search(head) else "SMTP or FTP"


def _binary(head: bytes) -> str | None:
    if _is_mqtt(head):
        return "MQTT"
    if _is_ldap(head):
        return "LDAP"
    if _is_mysql(head):
        return "MySQL"
    if len(head) >= 7 and head[:1] == b"\x03" and head[1:2] == b"\0" and head[5] & 0xF0 == 0xD0:
        return "RDP"  # TPKT with an X.224 connection confirm
    if re.match(rb"E\0\0..S(FATAL|ERROR|PANIC)\0", head, re.DOTALL):
        return "PostgreSQL"
    return None


def _is_mqtt(head: bytes) -> bool:
    """CONNACK: a fixed header, a length that fits, and flags of which only the lowest may be set (MQTT 3.1.1 section 3.2, MQTT 5 section 3.2)."""
    if len(head) < 4 or head[0] != 0x20 or head[2] > 1:
        return False
    return head[1] == 2 and head[3] <= 5 if len(head) == 4 else 3 <= head[1] < 128 and len(head) >= 2 + head[1]


def _is_ldap(head: bytes) -> bool:
    """An LDAPMessage (RFC 4511 section 4.1.1): SEQUENCE, INTEGER, then the application tag of a response."""
    if len(head) < 7 or head[0] != 0x30:
        return False
    start = 2 if head[1] < 0x80 else 2 + (head[1] & 0x7F)
    if head[1] > 0x84 or head[1] == 0x80 or len(head) < start + 2 or head[start] != 0x02 or not 1 <= head[start + 1] <= 4:
        return False
    tag = start + 2 + head[start + 1]
    return len(head) > tag and head[tag] in (0x61, 0x64, 0x65, 0x73, 0x78)


def _is_mysql(head: bytes) -> bool:
    """A packet number 0 with protocol version 10 and a version text, or an error in its place (MySQL client/server protocol)."""
    if len(head) < 7 or head[3] != 0:
        return False
    length = int.from_bytes(head[:3], "little")
    if head[4] == 0x0A and length > 30:
        return re.match(rb"\d[\x20-\x7e]{2,80}\0", head[5:]) is not None
    return head[4] == 0xFF and 8 < length < 600 and 1000 <= int.from_bytes(head[5:7], "little") < 5000


def first_line(data: bytes) -> str:
    """The first line of a plain-text answer as a person may read it, at most 80 characters; bytes in hex when there is no text."""
    line = data[:200].split(b"\n", 1)[0].strip()[:80]
    return line.decode("ascii", "backslashreplace") if line and line.isascii() else data[:20].hex(" ")
