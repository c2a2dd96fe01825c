"""A double of Hubject's application behind its front end, for OICP 2.3 over REST and the older SOAP services: it answers as captured answers do.

It knows partners by identifier, each with the subject of the client certificate that is on file, and reads the subject of the caller's from a header field
that the front end sets. Partners and certificates are examples.
"""

import re
import socket
from collections.abc import Callable

from probe.facts.noun import noun
from probe.lab.answers import REQUEST_LIMIT, http
from probe.lab.listener import finish
from probe.lab.partner import answer, page

SUBJECT = "X-Client-Subject"
"""The header field in which the front end hands over the subject of the client certificate."""
_PULL = re.compile(rb"^POST /api/oicp/evsepull/v23/providers/([^/?\s]{1,64})/data-records\S{0,200} HTTP/1\.[01]\r\n")
_SERVICE = re.compile(rb"^POST /ibis/ws/\S{1,200} HTTP/1\.[01]\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,6})\r\n", re.IGNORECASE)


@noun
class Hub:
    """``on_file`` are (identifier, subject). ``trouble`` is "" or what goes wrong: once (503 the first time), always (503).

    ``always_ok``: HTTP 200 also for rejections. ``soap``: envelopes in place of JSON documents.
    """

    on_file: tuple[tuple[str, str], ...]
    trouble: str = ""
    always_ok: bool = False
    soap: bool = False


def hub(one: Hub) -> Callable[[socket.socket], None]:
    """What the application does with each connection of the front end; see ``Stage.raw``."""
    asked = [0]

    def talk(connection: socket.socket) -> None:
        request = _request(connection)
        if not request:
            return
        asked[0] += 1
        if one.trouble == "always" or (one.trouble == "once" and asked[0] == 1):
            connection.sendall(http(page(503)))
        else:
            connection.sendall(_answered(one, request))
        finish(connection)

    return talk


def _request(connection: socket.socket) -> bytes:
    """One whole request; empty when the other side goes away before."""
    data = b""
    while len(data) < REQUEST_LIMIT:
        piece = connection.recv(16384)
        if not piece:
            return b""
        data += piece
        head, end, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        if end and len(body) >= (int(length[1]) if length else 0):
            return data
    return data


def _answered(one: Hub, request: bytes) -> bytes:
    found = _PULL.match(request)
    if found is None and not _SERVICE.match(request):
        return http(page(404))
    identifier = found[1].decode("ascii", "replace") if found else ""
    subject = re.search(rb"\r\n" + SUBJECT.encode() + rb": ([^\r\n]{0,500})", request, re.IGNORECASE)
    known = dict(one.on_file)
    if identifier not in known:
        return http(answer("300", soap=one.soap, always_ok=one.always_ok))
    same = subject is not None and subject[1].decode("utf-8", "replace") == known[identifier]
    return http(answer("000" if same else "017", soap=one.soap, always_ok=one.always_ok))
