"""The other half of StartTLS: what a server says before TLS, and after it, in every protocol that the probe speaks, with the ways in which it goes
wrong.

The scripts are those of ``probe.protocols.scripted``, seen from the server's side.
"""

from collections.abc import Callable

from probe.lab.manners import DONE, Manners, listed
from probe.lab.starttls_binary import ldap_again, ldap_words, mysql, postgres, xmpp, xmpp_again
from probe.protocols.scripted import GO, Exactly, Line, Script, Until

NAME = b"mail.shop.example"

FIRST = frozenset({"postgres", "xmpp", "xmpp-server", "ldap"})
"""Protocols in which the client speaks first."""


def spoken(protocol: str) -> bool:
    """Whether there is a server of this protocol here."""
    return protocol in _BEFORE


def before(how: Manners) -> Script:
    """What is said before TLS: the script ends with ``GO`` when TLS begins."""
    return _BEFORE[how.protocol](how)


def after(how: Manners) -> Script | None:
    """What is said inside TLS; ``None`` where nothing is."""
    script = _AFTER.get(how.protocol)
    return script(how) if script else None


def speak(script: Script, receive: Callable[[int], bytes], send: Callable[[bytes], None], how: Manners) -> bool:
    """Follow a script over a connection; whether it ended with the go-ahead. ``receive`` gives at most so many bytes, none at the end of the stream.

    It never takes a byte more than the script waits for: what follows belongs to TLS. Raises what ``receive`` and ``send`` raise.
    """
    try:
        wanted = next(script)
        if how.stops == b"":
            return _stop(receive, how)
        while True:
            if isinstance(wanted, bytes):
                send(wanted)
                wanted = next(script)
                continue
            heard = _heard(wanted, receive)
            if heard is None:
                return False
            if how.stops and how.stops in heard.upper():
                return _stop(receive, how)
            wanted = script.send(heard)
    except StopIteration as over:
        return bool(over.value == GO)


def _stop(receive: Callable[[int], bytes], how: Manners) -> bool:
    while not how.hangs_up and receive(4096):
        pass
    return False


def _heard(wanted: Line | Exactly | Until, receive: Callable[[int], bytes]) -> bytes | None:
    data = b""
    while True:
        if isinstance(wanted, Exactly) and len(data) == wanted.size:
            return data
        if isinstance(wanted, Line) and data.endswith(b"\n"):
            return data.rstrip(b"\r\n")
        if isinstance(wanted, Until) and wanted.pattern.search(data):
            return data
        piece = receive(wanted.size - len(data) if isinstance(wanted, Exactly) else 1)
        if not piece:
            return None
        data += piece


# SMTP and LMTP


def _mail(how: Manners) -> Script:
    if not how.greets:
        yield (how.says or b"554 " + NAME + b" Your address is on a block list") + b"\r\n"
        return DONE
    yield b"220 " + NAME + (b" LMTP" if how.protocol == "lmtp" else b" ESMTP") + b" ready\r\n"
    return (yield from _mail_words(how))


def _mail_words(how: Manners) -> Script:
    verb = b"LHLO" if how.protocol == "lmtp" else b"EHLO"
    while True:
        word = (yield Line()).upper()
        if word.startswith(verb):
            lines = (NAME, b"PIPELINING", b"SIZE 10240000", *listed(how, b"STARTTLS"), b"8BITMIME")
            yield b"".join(b"250%b%b\r\n" % (b" " if one == lines[-1] else b"-", one) for one in lines)
        elif word == b"HELP":
            yield b"214 2.0.0 See RFC 5321\r\n"
        elif word == b"QUIT":
            yield b"221 2.0.0 Bye\r\n"
            return DONE
        elif word == b"STARTTLS" and how.offers and how.refuses:
            yield (how.says or b"454 4.7.0 TLS not available due to local problem") + b"\r\n"
        elif word == b"STARTTLS" and how.offers:
            yield b"220 2.0.0 Ready to start TLS\r\n" + how.adds
            return GO
        else:
            yield b"502 5.5.2 Error: command not recognized\r\n"


# FTP


def _files(how: Manners) -> Script:
    if not how.greets:
        yield (how.says or b"421 Too many connections") + b"\r\n"
        return DONE
    yield b"220 " + NAME + b" FTP server ready\r\n"
    return (yield from _files_words(how))


def _files_words(how: Manners) -> Script:
    while True:
        word = (yield Line()).upper()
        if word == b"FEAT":
            yield b"".join((b"211-Features:\r\n", *(b" %b\r\n" % one for one in (*listed(how, b"AUTH TLS"), b"UTF8")), b"211 End\r\n"))
        elif word == b"QUIT":
            yield b"221 Goodbye\r\n"
            return DONE
        elif word == b"AUTH TLS" and how.offers and how.refuses:
            yield (how.says or b"431 Necessary security resource unavailable") + b"\r\n"
        elif word == b"AUTH TLS" and how.offers:
            yield b"234 AUTH TLS successful\r\n" + how.adds
            return GO
        else:
            yield b"500 Command not understood\r\n"


# IMAP


def _imap(how: Manners) -> Script:
    if not how.greets:
        yield b"* " + (how.says or b"BYE Too many connections from your address") + b"\r\n"
        return DONE
    yield b"* OK [CAPABILITY %b] ready\r\n" % _imap_list(how)
    return (yield from _imap_words(how))


def _imap_list(how: Manners) -> bytes:
    return b" ".join((b"IMAP4rev1", b"ID", *listed(how, b"STARTTLS"), b"LOGINDISABLED"))


def _imap_words(how: Manners) -> Script:
    while True:
        tag, _, word = (yield Line()).partition(b" ")
        word = word.upper()
        if word == b"CAPABILITY":
            yield b"* CAPABILITY %b\r\n%b OK done\r\n" % (_imap_list(how), tag)
        elif word == b"LOGOUT":
            yield b"* BYE bye\r\n%b OK done\r\n" % tag
            return DONE
        elif word == b"STARTTLS" and how.offers and how.refuses:
            yield tag + b" " + (how.says or b"NO [UNAVAILABLE] the certificate cannot be loaded") + b"\r\n"
        elif word == b"STARTTLS" and how.offers:
            yield b"%b OK Begin TLS negotiation now\r\n" % tag + how.adds
            return GO
        else:
            yield b"%b BAD unknown command\r\n" % tag


# POP3


def _pop3(how: Manners) -> Script:
    if not how.greets:
        yield (how.says or b"-ERR [SYS/TEMP] try later") + b"\r\n"
        return DONE
    yield b"+OK ready\r\n"
    return (yield from _pop3_words(how))


def _pop3_words(how: Manners) -> Script:
    while True:
        word = (yield Line()).upper()
        if word == b"CAPA":
            yield b"".join((b"+OK\r\n", *(b"%b\r\n" % one for one in (b"UIDL", *listed(how, b"STLS"))), b".\r\n"))
        elif word == b"QUIT":
            yield b"+OK bye\r\n"
            return DONE
        elif word == b"STLS" and how.offers and how.refuses:
            yield (how.says or b"-ERR the certificate cannot be loaded") + b"\r\n"
        elif word == b"STLS" and how.offers:
            yield b"+OK Begin TLS negotiation now\r\n" + how.adds
            return GO
        else:
            yield b"-ERR unknown command\r\n"


# ManageSieve


def _sieve(how: Manners) -> Script:
    if not how.greets:
        yield (how.says or b'BYE "too many connections"') + b"\r\n"
        return DONE
    yield _sieve_list(how)
    return (yield from _sieve_words(how))


def _sieve_list(how: Manners) -> bytes:
    offer = b"".join(b'"%b"\r\n' % one for one in listed(how, b"STARTTLS"))
    return b'"IMPLEMENTATION" "lab"\r\n"SIEVE" "fileinto"\r\n%b"VERSION" {3}\r\n1.0\r\nOK "ready"\r\n' % offer


def _sieve_again(how: Manners) -> Script:
    # Unasked after TLS (RFC 5804 section 2.2).
    yield _sieve_list(how)
    return (yield from _sieve_words(how))


def _sieve_words(how: Manners) -> Script:
    while True:
        word = (yield Line()).upper()
        if word == b"CAPABILITY":
            yield _sieve_list(how)
        elif word == b"LOGOUT":
            yield b'OK "bye"\r\n'
            return DONE
        elif word == b"STARTTLS" and how.offers and how.refuses:
            yield (how.says or b'NO "the certificate cannot be loaded"') + b"\r\n"
        elif word == b"STARTTLS" and how.offers:
            yield b'OK "Begin TLS negotiation now"\r\n' + how.adds
            return GO
        else:
            yield b'NO "unknown command"\r\n'


_BEFORE: dict[str, Callable[[Manners], Script]] = {
    "smtp": _mail,
    "lmtp": _mail,
    "ftp": _files,
    "imap": _imap,
    "pop3": _pop3,
    "sieve": _sieve,
    "xmpp": xmpp,
    "xmpp-server": xmpp,
    "postgres": postgres,
    "mysql": mysql,
    "ldap": ldap_words,
}
_AFTER: dict[str, Callable[[Manners], Script]] = {
    "smtp": _mail_words,
    "lmtp": _mail_words,
    "ftp": _files_words,
    "imap": _imap_words,
    "pop3": _pop3_words,
    "sieve": _sieve_again,
    "xmpp": xmpp_again,
    "xmpp-server": xmpp_again,
    "ldap": ldap_again,
}
