"""What was found in files that the user named: every certificate, key and request with its place, and what could not be read.

No field can hold a private key or a password. Of a key only the public half is kept, of a request that carries a challenge password only what it asks for.
"""

from datetime import datetime

from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.trust import Refused, Skipped


@noun
class Entry:
    """One thing in a file. ``kind`` is certificate, key or request; ``where`` its place ("line 12", "entry 3"), ``alias`` its name in a store.

    ``role`` is what a store says of a certificate: trusted, own (of a private key), chain, bare, distrusted; "" outside of stores. ``added`` is when it was put
    there. ``what`` describes a key or a request in words. ``public`` is the SubjectPublicKeyInfo of the key, b"" when it could not be had; then ``problem``
    says why. ``algorithm`` (of its signature, a dotted OID), ``purposes`` (extended key usages), ``wants_ca`` and ``challenge`` (it carries a challenge
    password, which is never read) are about requests. ``encrypted`` is about keys. ``subject`` (a distinguished name in DER), ``names``
    and ``signed`` are those of a request; ``remarks`` are about it.
    """

    kind: str
    where: str
    certificate: Certificate | None = None
    alias: str = ""
    role: str = ""
    added: datetime | None = None
    what: str = ""
    public: bytes = b""
    problem: str = ""
    encrypted: bool = False
    subject: bytes = b""
    names: tuple[str, ...] = ()
    signed: bool | None = None
    remarks: tuple[str, ...] = ()
    algorithm: str = ""
    purposes: tuple[str, ...] | None = None
    wants_ca: bool = False
    challenge: bool = False


@noun
class Uncounting:
    """A client stack that loads a store and does not count all of it: its name, why, and how many certificates it counts."""

    stack: str
    why: str
    size: int


@noun
class InspectedFile:
    """One file, or one entry of an archive (``path`` is then "ARCHIVE: ENTRY"). ``named``: the user named this very file, it was not found in a folder.

    ``kind`` is pem, der, pkcs7, base64, pkcs12, jks, jceks, nss, or none when nothing in it could be used; ``looks_like`` says then what it is instead.
    ``problem`` is "" or one of unreadable, damaged, password-missing, password-wrong, unsupported; ``why`` goes on from there. ``keys`` counts private keys,
    also those that could not be opened. ``odd`` is what not every program takes in the form of the file, ``refused`` are the client stacks that do not take it
    as a trust store, ``uncounted`` those that do not count all of it. ``notes`` are remarks for people about how it was opened.
    ``unchecked``: it has a check value that covers a password, and none fitted or was given, so that nobody knows whether the store was altered.
    ``piped``: it came through the standard input or a named pipe, and cannot be read again.
    """

    path: str
    named: bool = True
    size: int = 0
    kind: str = "none"
    entries: tuple[Entry, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    odd: tuple[Skipped, ...] = ()
    refused: tuple[Refused, ...] = ()
    uncounted: tuple[Uncounting, ...] = ()
    keys: int = 0
    looks_like: str = ""
    problem: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()
    unchecked: bool = False
    piped: bool = False


@noun
class Inspecting:
    """What was asked for: the files and folders as typed, the environment variable that holds the password, and what to compare with."""

    sources: tuple[str, ...]
    password_env: str = ""
    against: str = ""
    saved: str = ""


@noun
class Served:
    """What an endpoint was seen to send: ``target`` as the user named it, the ``address``, when, and the certificates in their order; ``why`` there are none.

    ``port`` is where it was connected to, ``sni`` the name that was sent ("": none).
    """

    target: str
    address: str
    taken_at: datetime
    presented: tuple[Certificate, ...] = ()
    why: str = ""
    port: int = 0
    sni: str = ""
