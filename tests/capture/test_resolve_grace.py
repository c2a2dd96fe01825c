"""One kind of address is there, the question for the other is lost: nobody waits long for it."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import dns.message
import dns.rdatatype
import pytest

from probe.capture import resolve as module
from probe.capture.clock import Clock
from probe.capture.resolve import resolve
from probe.facts.observation import Ending, How
from tests.capture.test_resolve import asked, info, odd, right, target


def only(kind: str) -> Callable[[bytes], list[bytes]]:
    """A server that answers for one type and drops the questions for the other."""
    return lambda question: [right(question)] if dns.message.from_wire(question).question[0].rdtype == dns.rdatatype.from_text(kind) else []


def test_a_lost_question_for_the_other_kind_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 0.2)
    with odd(only("A")) as port:
        began = time.monotonic()
        found = asked("shop.example", port, seconds=20.0)
    assert time.monotonic() - began < 5
    assert found["A"].addresses == ("127.0.0.9",) and found["AAAA"].ending == Ending(how=How.TIMED_OUT)


def test_a_resolver_that_is_only_compared_has_half_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 0.2)
    with odd(only("A")) as first, odd(lambda _question: []) as second:
        one = replace(target(resolver=f"127.0.0.1:{first}"), also_resolvers=(f"127.0.0.1:{second}",))
        found = asyncio.run(resolve(one, Clock(), 1.6))
    compared = [one for one in found if one.server == f"127.0.0.1:{second}"]
    assert [(one.type, one.ending.how, 0.7 < one.took < 1.3) for one in compared] == [("A", How.TIMED_OUT, True), ("AAAA", How.TIMED_OUT, True)]


def test_the_resolver_that_decides_has_all_of_the_time() -> None:
    with odd(lambda _question: []) as first, odd(lambda question: [right(question)]) as second:
        one = replace(target(resolver=f"127.0.0.1:{first}"), also_resolvers=(f"127.0.0.1:{second}",))
        found = asyncio.run(resolve(one, Clock(), 1.2))
    assert [one.took > 1.1 for one in found if one.server == f"127.0.0.1:{first}"] == [True, True]
    assert {one.addresses for one in found if one.server == f"127.0.0.1:{second}" and one.type == "A"} == {("127.0.0.9",)}


def test_a_short_check_does_not_wait_for_what_could_only_be_added() -> None:
    with odd(only("A")) as port:
        began = time.monotonic()
        found = asked("shop.example", port, seconds=1.0)
    assert time.monotonic() - began < 0.9
    assert found["A"].addresses == ("127.0.0.9",) and found["AAAA"].ending == Ending(how=How.TIMED_OUT)


def test_a_system_that_waits_for_both_is_asked_for_the_kind_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def getaddrinfo(*_given: object, family: int, **_named: object) -> object:
        if family == socket.AF_UNSPEC:
            release.wait(20)
        return [info(socket.AF_INET, "127.0.0.9", 0)] if family == socket.AF_INET else []

    monkeypatch.setattr("probe.capture.system_names.socket.getaddrinfo", getaddrinfo)
    monkeypatch.setattr(module, "GRACE", 0.2)
    with odd(only("A")) as port:
        monkeypatch.setattr(module, "configured", lambda _path: (("127.0.0.1", port),))
        began = time.monotonic()
        found = asyncio.run(resolve(target(), Clock(), 20.0))
    assert time.monotonic() - began < 5
    release.set()
    said = [(one.source, one.type, one.addresses, one.ending.how) for one in found]
    assert said == [
        ("system", "A", ("127.0.0.9",), How.DONE),
        ("system", "any", (), How.TIMED_OUT),
        ("dns", "A", ("127.0.0.9",), How.DONE),
        ("dns", "AAAA", (), How.TIMED_OUT),
    ]
