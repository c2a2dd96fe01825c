"""What a server of the laboratory says once the connection stands: HTTP, the LDAP rootDSE, or anything else."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

from probe.facts.noun import noun
from probe.lab.surgery import SEQUENCE, tlv

REQUEST_LIMIT = 65536
"""Bytes of a request that are awaited."""

LDAP_HEAD = 6
"""Bytes of an LDAP message in which its number stands, with a length of up to three bytes in front."""
STARTTLS, NOTICE = b"1.3.6.1.4.1.1466.20037", b"1.3.6.1.4.1.1466.20036"
"""The requests to begin TLS and the notice of disconnection (RFC 4511 sections 4.14 and 4.4.1)."""
_EXTENDED = 0x78
_BIND, _SEARCH = b"\x60", b"\x63"
_BIND_ANSWER, _ENTRY, _DONE, _SET, _OCTETS = 0x61, 0x64, 0x65, 0x31, 0x04


@noun
class Directory:
    """What a directory says: the attributes of its root entry, and the result of a bind with its diagnostic message."""

    attributes: tuple[tuple[str, str], ...] = (
        ("supportedLDAPVersion", "3"),
        ("dnsHostName", "shop.example"),
        ("defaultNamingContext", "DC=shop,DC=example"),
        ("vendorName", "lab"),
    )
    bind: int = 0
    says: str = ""


USUAL = Directory()


def controller(host: str = "shop.example", bind: int = 0, says: str = "") -> Directory:
    """What a domain controller of Active Directory says that calls itself so."""
    context = ",".join(f"DC={one}" for one in host.split(".")[-2:])
    return Directory(
        attributes=(
            ("supportedLDAPVersion", "3"),
            ("supportedLDAPVersion", "2"),
            ("dnsHostName", host),
            ("defaultNamingContext", context),
            ("supportedCapabilities", "1.2.840.113556.1.4.800"),
            ("supportedCapabilities", "1.2.840.113556.1.4.1670"),
            ("isGlobalCatalogReady", "TRUE"),
        ),
        bind=bind,
        says=says,
    )


@noun
class Answer:
    """How a server answers. ``protocol`` is ``http``, ``ldap``, ``raw``, ``told`` or ``silent``.

    HTTP: ``status``, ``body``, and ``skew``: by how many seconds its clock, shown in ``Date``, is ahead.
    ``choose`` gives the answer to a whole request, body included, in place of the fixed one.
    raw: ``body`` is said at once, whatever the client says. silent: nothing is ever said. ldap: as ``directory`` says.
    told: ``tell`` gives what is said to what has come (``None``: more must come, ``b""``: hang up); ``stays``: more may be said after an answer.
    """

    protocol: str = "http"
    status: int = 200
    skew: float = 0.0
    body: bytes = b"It works.\n"
    content_type: str = "text/plain"
    fields: tuple[tuple[str, str], ...] = ()
    choose: "Callable[[bytes], Answer] | None" = None
    tell: "Callable[[bytes], bytes | None] | None" = None
    stays: bool = False
    directory: Directory = Directory()


def greeting(answer: Answer) -> bytes:
    """What is said before the client has said anything."""
    return answer.body if answer.protocol == "raw" else b""


def reply(answer: Answer, request: bytes) -> bytes | None:
    """Answer a request, ``None`` as long as it is not whole. An answer of ``b""`` means: say nothing and close. After an answer over LDAP more may be asked."""
    match answer.protocol:
        case "http":
            if len(request) <= REQUEST_LIMIT and not (_whole(request) if answer.choose else b"\r\n\r\n" in request):
                return None
            return http(answer.choose(request) if answer.choose else answer)
        case "ldap":
            return ldap(request, answer.directory) if len(request) > LDAP_HEAD else None
        case "told":
            return answer.tell(request) if answer.tell else b""
        case "silent":
            return None
        case _:
            return b""


def stays(answer: Answer) -> bool:
    """Whether the connection stays open after an answer that was told; who tells is asked with nothing, and may hang up."""
    return answer.stays and answer.tell is not None and answer.tell(b"") is None


def _whole(request: bytes) -> bool:
    """Whether all of a request has come, as its Content-Length says."""
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d{1,6})", head, re.IGNORECASE)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def http(answer: Answer) -> bytes:
    """Write a whole HTTP/1.1 response (RFC 9112) that closes the connection."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=answer.skew), usegmt=True)
    phrase = HTTPStatus(answer.status).phrase if answer.status in list(HTTPStatus) else ""
    usual = (("Date", date), ("Server", "lab"), ("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body))), ("Connection", "close"))
    given = {name.lower() for name, _ in answer.fields}
    fields = tuple(one for one in usual if one[0].lower() not in given)
    head = "".join(f"{name}: {value}\r\n" for name, value in (*fields, *answer.fields))
    return f"HTTP/1.1 {answer.status} {phrase}\r\n{head}\r\n".encode() + answer.body


def ldap(request: bytes, said: Directory = USUAL) -> bytes:
    """Answer one LDAP message (RFC 4511): a bind is answered without a look at it, a search finds the root DSE; anything else gets ``b""``.

    Message numbers up to 127 are understood. ``request`` is longer than ``LDAP_HEAD``.
    """
    at = 2 + (request[1] & 0x7F if request[1] & 0x80 else 0)
    number, operation = request[at : at + 3], request[at + 3 : at + 4]
    if request[0] != SEQUENCE or number[:2] != b"\x02\x01":
        return b""
    if operation == _BIND:
        return tlv(SEQUENCE, number, tlv(_BIND_ANSWER, *ldap_result(said.bind, said.says.encode())))
    if operation != _SEARCH:
        return b""
    values: dict[str, list[str]] = {}
    for name, value in said.attributes:
        values.setdefault(name, []).append(value)
    listed = (tlv(SEQUENCE, tlv(_OCTETS, name.encode()), tlv(_SET, *(tlv(_OCTETS, one.encode()) for one in every))) for name, every in values.items())
    entry = tlv(_ENTRY, tlv(_OCTETS), tlv(SEQUENCE, *listed))
    return tlv(SEQUENCE, number, entry) + tlv(SEQUENCE, number, tlv(_DONE, *ldap_result()))


def ldap_result(code: int = 0, text: bytes = b"") -> tuple[bytes, bytes, bytes]:
    """The three parts of a result (RFC 4511 section 4.1.9)."""
    return tlv(0x0A, bytes((code,))), tlv(_OCTETS), tlv(_OCTETS, text)


def ldap_extended(number: int, code: int, text: bytes) -> bytes:
    """Answer an extended request (RFC 4511 section 4.12): that to begin TLS, or, with number 0, none at all."""
    notice = () if number else (tlv(0x8A, NOTICE),)
    return tlv(SEQUENCE, tlv(0x02, bytes((number,))), tlv(_EXTENDED, *ldap_result(code, text), *notice))
