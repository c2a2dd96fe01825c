"""OCSP questions and lists over the same wire as issuers: posted, larger, and no less careful."""

import asyncio
import socket
import threading

import pytest

from probe.capture.clock import Clock
from probe.capture.fetch import BODY, LIST, fetch
from probe.facts.observation import Ending, Fetch, How, Local
from probe.lab.listener import Listener, finish

LIMIT = Ending(how=How.LOCAL, local=Local.LIMIT)


def fetched(url: str, purpose: str, request: bytes = b"", targets: tuple[str, ...] = ("127.0.0.1",)) -> Fetch:
    clock = Clock()
    return asyncio.run(fetch(url, targets, False, clock, clock.now() + 5, None, purpose, request))


class Responder:
    """Answers each request with the next of its answers, and remembers what came."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.requests: list[bytes] = []
        self._listener = Listener(self._talk)
        self.port = self._listener.port
        self.url = f"http://127.0.0.1:{self.port}/ocsp"

    def _talk(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request or len(request.partition(b"\r\n\r\n")[2]) < length(request):
            request += connection.recv(65536)
        with self._lock:
            self.requests.append(request)
            answer = self._answers.pop(0)
        connection.sendall(answer)
        finish(connection)

    def __enter__(self) -> "Responder":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


def length(request: bytes) -> int:
    lines = request.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    return int(next((line.partition(b":")[2] for line in lines if line.startswith(b"content-length:")), b"0"))


def page(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{''.join(f'{one}{chr(13)}{chr(10)}' for one in fields)}\r\n".encode() + body


def test_a_question_is_posted_as_it_is() -> None:
    with Responder(page(b"answer")) as there:
        one = fetched(there.url, "ocsp", b"question")
    assert (one.ending.how, one.body, one.request, one.purpose) == (How.DONE, b"answer", b"question", "ocsp")
    (request,) = there.requests
    assert request.startswith(b"POST /ocsp HTTP/1.1\r\n") and request.endswith(b"\r\n\r\nquestion")
    assert b"content-type: application/ocsp-request" in request.lower()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirected_question_is_posted_again(status: str) -> None:
    with Responder(page(b"", status, "Location: /there"), page(b"answer")) as there:
        one = fetched(there.url, "ocsp", b"question")
    assert one.body == b"answer" and [request.partition(b" HTTP")[0] for request in there.requests] == [b"POST /ocsp", b"POST /there"]


@pytest.mark.parametrize("to", ["http://10.0.0.1/", "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/"])
def test_a_question_does_not_follow_inside(to: str) -> None:
    with Responder(page(b"", "302 Found", f"Location: {to}")) as there:
        one = fetched(there.url, "ocsp", b"question")
    assert one.ending == Ending(how=How.LOCAL, local=Local.PRIVATE_ADDRESS) and len(there.requests) == 1 and not one.body


def test_the_same_places_are_refused_as_for_issuers() -> None:
    for purpose in ("ocsp", "crl"):
        assert fetched("http://127.0.0.1:25/", purpose, b"q").ending == Ending(how=How.LOCAL, local=Local.SCHEME)
        assert fetched("ldap://127.0.0.1/", purpose).ending == Ending(how=How.LOCAL, local=Local.SCHEME)
        assert fetched("http://127.0.0.1:8080/", purpose, targets=("203.0.113.1",)).ending == Ending(how=How.LOCAL, local=Local.PRIVATE_ADDRESS)


def test_a_list_may_be_large_and_an_answer_may_not() -> None:
    with Responder(page(b"x" * (BODY + 1)), page(b"x" * (BODY + 1)), page(b"x" * LIST), page(b"x" * (LIST + 1))) as there:
        assert fetched(there.url, "ocsp", b"q").ending == LIMIT
        assert len(fetched(there.url, "crl").body) == BODY + 1
        assert len(fetched(there.url, "crl").body) == LIST
        assert fetched(there.url, "crl").ending == LIMIT


def test_a_list_is_got_and_not_posted_for() -> None:
    with Responder(page(b"list")) as there:
        one = fetched(there.url, "crl")
    assert one.body == b"list" and there.requests[0].startswith(b"GET /ocsp HTTP/1.1\r\n")
