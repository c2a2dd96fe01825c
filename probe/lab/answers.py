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
_BIND, _SEARCH = b"\x60", b"\x63"
_BIND_ANSWER, _ENTRY, _DONE, _SET, _OCTETS = 0x61, 0x64, 0x65, 0x31, 0x04


@noun
class Answer:
    """How a server answers. ``protocol`` is ``http``, ``ldap``, ``raw`` or ``silent``.

    HTTP: ``status``, ``body``, and ``skew``: by how many seconds its clock, shown in ``Date``, is ahead.
    ``choose`` gives the answer to a whole request, body included, in place of the fixed one.
    raw: ``body`` is said at once, whatever the client says. silent: nothing is ever said.
    """

    protocol: str = "http"
    status: int = 200
    skew: float = 0.0
    body: bytes = b"It works.\n"
    content_type: str = "text/plain"
    fields: tuple[tuple[str, str], ...] = ()
    choose: "Callable[[bytes], Answer] | None" = None


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
            return ldap(request) if len(request) > LDAP_HEAD else None
        case "silent":
            return None
        case _:
            return b""


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


def ldap(request: bytes) -> bytes:
    """Answer one LDAP message (RFC 4511): a bind is let in without a look at it, a search finds the root DSE; anything else gets ``b""``.

    Message numbers up to 127 are understood. ``request`` is longer than ``LDAP_HEAD``.
    """
    at = 2 + (request[1] & 0x7F if request[1] & 0x80 else 0)
    number, operation = request[at : at + 3], request[at + 3 : at + 4]
    if request[0] != SEQUENCE or number[:2] != b"\x02\x01":
        return b""
    success = (tlv(0x0A, b"\0"), tlv(_OCTETS), tlv(_OCTETS))
    if operation == _BIND:
        return tlv(SEQUENCE, number, tlv(_BIND_ANSWER, *success))
    if operation != _SEARCH:
        return b""
    attributes = (("supportedLDAPVersion", "3"), ("dnsHostName", "shop.example"), ("defaultNamingContext", "DC=shop,DC=example"), ("vendorName", "lab"))
    listed = (tlv(SEQUENCE, tlv(_OCTETS, name.encode()), tlv(_SET, tlv(_OCTETS, value.encode()))) for name, value in attributes)
    entry = tlv(_ENTRY, tlv(_OCTETS), tlv(SEQUENCE, *listed))
    return tlv(SEQUENCE, number, entry) + tlv(SEQUENCE, number, tlv(_DONE, *success))
