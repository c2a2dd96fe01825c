"""The words before TLS over a real socket, as one recorded step."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from probe.capture.ask import ask
from probe.capture.clock import Clock
from probe.facts.observation import Attempt, Ending, Handshake, How, Local, Preamble, Question
from probe.lab import raw_server
from probe.lab.listener import Talk, finish
from probe.lab.manners import Manners
from probe.lab.shop import hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from tests.capture.asking import attempt, step, target

GREETING, HELLO, GO = b"220 mx ESMTP\r\n", b"250-mx\r\n250 STARTTLS\r\n", b"220 go\r\n"


@contextmanager
def serving(talk: Talk) -> Iterator[int]:
    with Stage() as stage:
        yield stage.raw(talk)


def tls(stage: Stage, **manners: object) -> int:
    return stage.tls(Serving(credentials=(hierarchy().whole,), plain=Manners(**manners)))  # type: ignore[arg-type]  # fields of Manners


def words(port: int, seconds: float = 10.0, protocol: str = "smtp", question: Question | None = None) -> Preamble:
    return step(attempt(target(port, protocol), question=question, seconds=seconds), Preamble)


def test_every_word_is_written_down() -> None:
    with Stage() as stage:
        found = attempt(target(tls(stage), "smtp"))
    assert [type(one).__name__ for one in found.steps] == ["Connect", "Preamble", "Handshake", "Exchange"]
    said = step(found, Preamble)
    assert said.sent == b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n" and said.received.startswith(b"220 mail.shop.example") and said.received.endswith(b"TLS\r\n")
    assert (said.protocol, said.status, said.surplus) == ("smtp", 220, b"") and said.ending == Ending(how=How.DONE)


def test_what_a_question_says_goes_before_the_target() -> None:
    with Stage() as stage:
        port = tls(stage, protocol="imap")
        said = words(port, protocol="https", question=Question(start="imap", app=False))
        assert said.protocol == "imap" and said.ending.how is How.DONE
    with Stage() as stage:
        direct = attempt(target(stage.tls(Serving(credentials=(hierarchy().whole,))), "smtp"), question=Question(start="", app=False))
        assert step(direct, Handshake).ending.how is How.DONE and not [one for one in direct.steps if isinstance(one, Preamble)]


def spoken(*answers: bytes, then: Callable[[socket.socket], None] = finish) -> Talk:
    """A server that says one thing after the other, each after a word of the client but for the first."""

    def talk(connection: socket.socket) -> None:
        for number, answer in enumerate(answers):
            if number:
                connection.recv(4096)
            connection.sendall(answer)
        then(connection)

    return talk


def test_plain_text_that_comes_a_moment_later_does_not_reach_tls() -> None:
    both = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(GREETING)
        connection.recv(4096)
        connection.sendall(HELLO)
        connection.recv(4096)
        connection.sendall(GO + b"250 more\r\n")
        both.set()
        connection.recv(4096)

    with serving(talk) as port:
        found = attempt(target(port, "smtp"))
    assert both.is_set() and step(found, Preamble).surplus == b"250 more\r\n"
    assert step(found, Handshake).first_bytes == b""


@pytest.mark.parametrize("after", [0, 1, 2])
def test_the_last_word_before_the_end_is_known(after: int) -> None:
    with serving(spoken(*(GREETING, HELLO, b"")[:after])) as port:
        said = words(port)
    assert said.ending.how in (How.CLOSED, How.RESET)
    assert said.sent == (b"", b"EHLO [127.0.0.1]\r\n", b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n")[after]
    assert said.received == (b"", GREETING, GREETING + HELLO)[after]


def test_silence_takes_half_of_the_time_and_no_more() -> None:
    with serving(raw_server.silence) as port:
        said = words(port, seconds=0.4)
    assert said.ending.how is How.TIMED_OUT and 0.19 <= said.took < 0.4


def test_a_reset_has_its_number() -> None:
    with serving(spoken(GREETING, b"", then=raw_server.reset_at_once)) as port:
        said = words(port)
    assert said.ending.how is How.RESET and said.ending.errno


def test_words_without_end_are_ended() -> None:
    def endless(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"220-still greeting\r\n" * 100)

    with serving(endless) as port:
        said = words(port)
    assert said.ending == Ending(how=How.LOCAL, local=Local.LIMIT) and len(said.received) == 1024


def test_a_goodbye_that_was_said_is_kept_although_the_line_is_broken() -> None:
    def hasty(connection: socket.socket) -> None:
        connection.sendall(b"421 mx too busy\r\n")

    with serving(hasty) as port:
        said = words(port)
    assert said.status == 421 and said.ending == Ending(how=How.DECLINED, code=421)


def test_interrupted_it_is_still_written_down() -> None:
    heard = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.sendall(GREETING)
        connection.recv(4096)
        heard.set()
        connection.recv(4096)

    async def interrupted(port: int) -> list[Attempt]:
        clock, records = Clock(), list[Attempt]()
        asking = ask(target(port, "smtp"), "127.0.0.1", port, Question(), clock, clock.now() + 10, records.append)
        task = asyncio.create_task(asking)
        assert await asyncio.get_running_loop().run_in_executor(None, heard.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return records

    with serving(talk) as port:
        (record,) = asyncio.run(interrupted(port))
    said = step(record, Preamble)
    assert said.ending == Ending(how=How.LOCAL, local=Local.INTERRUPTED) and said.sent == b"EHLO [127.0.0.1]\r\n"


def test_mysql_begins_tls_right_after_its_request() -> None:
    with Stage() as stage:
        found = attempt(target(tls(stage, protocol="mysql"), "mysql"))
    said = step(found, Preamble)
    assert len(said.sent) == 36 and said.ending.how is How.DONE and step(found, Handshake).ending.how is How.DONE
