"""Recognises a protocol that speaks plaintext by its first bytes. What a peer says is matched as bytes, never trusted, never printed."""

import re

# Texts, compiled when the first unknown peer is met: hardly any check meets one.
_MAIL = rb"(?i)smtp|postfix|exim|sendmail|\bmail|\bmx\d*\b"
_FILES = rb"(?i)ftp|filezilla"
_REPLY = rb"[245]\d\d[ -]"
_REDIS = rb"-(ERR (unknown command|Protocol error|wrong number of arg|max number of clients)|NOAUTH |DENIED |MISCONF )"

_FIRST = (
    (rb"HTTP/\d", "HTTP"),
    (rb"(?i)\s*<(!doctype html|html|head|title)\b", "HTTP"),
    (rb"SSH-\d", "SSH"),
    (rb"\* (OK|PREAUTH|BYE|BAD)\b", "IMAP"),
    (_REDIS, "Redis"),
    (rb"\+PONG\r\n", "Redis"),
    (rb"(\+OK|-ERR)[ \r\n]", "POP3"),
    (rb'(?i)"IMPLEMENTATION" "', "ManageSieve"),
    (rb"AMQP[\x00-\x03]", "AMQP"),
    (rb"RFB \d{3}\.\d{3}\n", "VNC"),
    (rb"\s*(<\?xml[^>]{0,200}\?>\s*)?<stream:(stream|error)\b", "XMPP"),
    (rb"RTSP/\d", "RTSP"),
    (rb"SIP/\d", "SIP"),
)

_WANTS_TLS = (
    b"The plain HTTP request was sent to HTTPS port",  # nginx
    b"speaking plain HTTP to an SSL-enabled server port",  # Apache
    b"Client sent an HTTP request to an HTTPS server",  # Go
    b"This combination of host and port requires TLS",  # Tomcat
)


def wants_tls(first: bytes) -> bool:
    """Whether a web server says in plain HTTP that this port wants TLS: it answers so only to who did not begin with TLS."""
    head = first[:1024]
    return re.match(rb"HTTP/1\.[01] 400\b", head) is not None and any(one in head for one in _WANTS_TLS)


def recognise(first: bytes) -> str | None:
    """Name the protocol that begins with ``first`` (the first 1,024 bytes are looked at); ``None`` when it is not known or is a TLS record.

    ``SMTP or FTP`` when a greeting does not say which of the two it is.
    """
    head = first[:1024]
    for pattern, name in _FIRST:
        if re.match(pattern, head):
            return name
    return _greeting(head) or _binary(head)


def _greeting(head: bytes) -> str | None:
    """SMTP (RFC 5321 section 4.2) and FTP (RFC 959 section 4.2) both begin with a number."""
    if not re.match(_REPLY, head):
        return None
    if re.search(_FILES, head):
        return "FTP"
    if re.match(rb"220[ -][^\r\n]*\bLMTP\b", head):
        return "LMTP"
    return "SMTP" if re.search(_MAIL, head) else "SMTP or FTP"


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
