"""The other half of StartTLS in protocols that are not made of lines: XMPP, PostgreSQL, MySQL, LDAP."""

import re
from collections.abc import Generator

from probe.lab.answers import LDAP_HEAD, STARTTLS, ldap, ldap_extended
from probe.lab.manners import DONE, Manners, listed
from probe.protocols.scripted import GO, Exactly, Script, Until

# XMPP

_OPENING = re.compile(rb"<stream:stream [^>]*>")
_REQUEST = re.compile(rb"<starttls [^>]*/>|</stream:stream>")
_HEADER = b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='shop.example' id='1' version='1.0'>"


def xmpp(how: Manners) -> Script:
    """A stream, its features, and the answer to ``starttls``."""
    yield Until(pattern=_OPENING)
    if not how.greets:
        yield _HEADER + b"<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
        return DONE
    offer = b"".join(listed(how, b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"))
    yield _HEADER + b"<stream:features>%b</stream:features>" % offer
    if not (yield Until(pattern=_REQUEST)).startswith(b"<starttls"):
        return DONE
    if how.refuses or not how.offers:
        yield b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"
        return DONE
    yield b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + how.adds
    return GO


def xmpp_again(_how: Manners) -> Script:
    """The stream inside TLS."""
    yield Until(pattern=_OPENING)
    yield _HEADER + b"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>"
    yield Until(pattern=_REQUEST)
    yield b"</stream:stream>"
    return DONE


# PostgreSQL and MySQL


def postgres(how: Manners) -> Script:
    """The answer to an SSLRequest."""
    yield Exactly(size=8)
    if not how.greets or how.refuses:
        fields = b"SFATAL\x00VFATAL\x00C53300\x00Msorry, too many clients already\x00\x00"
        yield b"E" + (len(fields) + 4).to_bytes(4) + fields
        return DONE
    if not how.offers:
        yield b"N"
        yield Exactly(size=8)
        return DONE
    yield b"S" + how.adds
    return GO


def mysql(how: Manners) -> Script:
    """The first packet, and the request that follows it."""
    if not how.greets or how.refuses:
        text = b"\xff\x6a\x04Host '192.0.2.7' is not allowed to connect to this MariaDB server"
        yield len(text).to_bytes(3, "little") + b"\x00" + text
        return DONE
    low = 0xFFFE if how.offers else 0xFFFE & ~0x0800
    packet = b"\x0a10.11.6-MariaDB-lab\x00" + b"\x01\x00\x00\x00" + b"nonce123\x00" + low.to_bytes(2, "little") + b"\x2d\x02\x00\xff\x81\x15" + bytes(10)
    packet += b"noncenonce12\x00mysql_native_password\x00"
    yield len(packet).to_bytes(3, "little") + b"\x00" + packet + how.adds
    head = yield Exactly(size=4)
    yield from _exactly(int.from_bytes(head[:3], "little"))
    return GO if how.offers and head[:3] == b"\x20\x00\x00" else DONE


def _exactly(size: int) -> Script:
    yield Exactly(size=size)
    return GO


# LDAP


def ldap_words(how: Manners) -> Script:
    """The answer to the extended request, and to searches before it."""
    while True:
        message = yield from _message()
        if not message:
            return DONE
        if STARTTLS not in message:
            said = ldap(message, how.directory)
            if not said:
                return DONE
            yield said
        elif not how.greets or (how.offers and how.refuses):
            # Message 0 is the notice of disconnection (RFC 4511 section 4.4.1).
            yield ldap_extended(0 if not how.greets else message[4], how.code, how.says or b"the certificate cannot be loaded")
            if not how.greets:
                return DONE
        elif not how.offers:
            yield ldap_extended(message[4], 2, how.says or b"unsupported extended operation")
        else:
            yield ldap_extended(message[4], 0, b"") + how.adds
            return GO


def ldap_again(how: Manners) -> Script:
    """Searches inside TLS."""
    while said := ldap((yield from _message()) or bytes(LDAP_HEAD + 1), how.directory):
        yield said
    return DONE


def _message() -> Generator[Exactly, bytes, bytes]:
    """One LDAP message of up to 64 KiB, or nothing for what is none."""
    head = yield Exactly(size=2)
    if head[:1] != b"\x30" or head[1] in (0x80, 0x83, 0x84) or head[1] > 0x82:
        return b""
    wide = (yield Exactly(size=head[1] - 0x80)) if head[1] > 0x80 else b""
    size = int.from_bytes(wide, "big") if wide else head[1]
    rest = (yield Exactly(size=size)) if size else b""
    whole = head + wide + rest
    return whole if len(whole) > LDAP_HEAD else b""
