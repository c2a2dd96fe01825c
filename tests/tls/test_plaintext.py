"""Protocols that speak plaintext are known by their first bytes."""

import random

import pytest

from probe.tls.plaintext import recognise

EXAMPLES = {
    "HTTP": [b"HTTP/1.1 400 Bad Request\r\n", b"HTTP/1.0 200 OK\r\n", b"<html><head>", b"<!DOCTYPE html>"],
    "SMTP": [b"220 mail.example ESMTP Postfix\r\n", b"554 mx1.example no\r\n", b"220-shop.example ESMTP Exim 4.96\r\n"],
    "FTP": [b"220 (vsFTPd 3.0.3)\r\n", b"220-FileZilla Server 1.5\r\n", b"220 ProFTPD Server ready.\r\n"],
    "SMTP or FTP": [b"220 shop.example ready\r\n", b"421 too many connections\r\n"],
    "IMAP": [b"* OK [CAPABILITY IMAP4rev1] ready\r\n", b"* BYE\r\n"],
    "POP3": [b"+OK Dovecot ready.\r\n", b"-ERR bad\r\n"],
    "SSH": [b"SSH-2.0-OpenSSH_9.2p1\r\n"],
    "LDAP": [
        bytes.fromhex("300c02010161070a010204000400"),
        bytes.fromhex("3024020100781f0a010204000400"),
        bytes.fromhex("30840000001002010165840000000702010204000400"),
    ],
    "MQTT": [bytes.fromhex("20020000"), bytes.fromhex("20020005"), bytes.fromhex("2003008400")],
    "MySQL": [bytes([0x4A, 0, 0, 0, 10]) + b"8.0.33\0" + bytes(60), bytes([0x45, 0, 0, 0, 0xFF, 0x6A, 0x04]) + b"Host 'x' is not allowed"],
    "PostgreSQL": [b"E\0\0\0\x8cSFATAL\0VFATAL\0C0A000\0"],
    "XMPP": [b"<?xml version='1.0'?><stream:stream xmlns='jabber:client'>", b"<stream:error>"],
    "AMQP": [b"AMQP\0\0\x09\x01", b"AMQP\x03\x01\0\0"],
    "RDP": [bytes.fromhex("030000130ed000001234000209080002000000")],
    "Redis": [b"-ERR unknown command 'GET'\r\n", b"-NOAUTH Authentication required.\r\n", b"-DENIED Redis is running in protected mode\r\n"],
    "VNC": [b"RFB 003.008\n"],
    "RTSP": [b"RTSP/1.0 400 Bad Request\r\n"],
    "SIP": [b"SIP/2.0 400 Bad Request\r\n"],
}


@pytest.mark.parametrize(("name", "first"), [(name, first) for name, all_ in EXAMPLES.items() for first in all_])
def test_names_the_protocol(name: str, first: bytes) -> None:
    assert recognise(first) == name


@pytest.mark.parametrize(
    "first",
    [b"", b"\0" * 40, b"hello", b"\x15\x03\x01\x00\x02\x02\x28", b"\x16\x03\x03\x00\x40\x02\x00", b"20 bytes", b"<?xml version='1.0'?><x/>", b"\xff" * 9],
)
def test_does_not_guess(first: bytes) -> None:
    assert recognise(first) is None


def test_never_raises_on_any_bytes() -> None:
    dice = random.Random(7)
    pool = [first for all_ in EXAMPLES.values() for first in all_]
    names = {None, *EXAMPLES}
    for _ in range(5000):
        data = bytearray(dice.choice(pool)[: dice.randrange(40)] + dice.randbytes(dice.randrange(12)))
        for _ in range(dice.randrange(4)):
            if data:
                data[dice.randrange(len(data))] = dice.randrange(256)
        assert recognise(bytes(data)) in names
