"""Whoever presses Ctrl-C keeps what is finished, and the step under way is written down as interrupted."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from probe.capture.ask import ask
from probe.capture.clock import Clock
from probe.capture.resolve import resolve
from probe.facts.observation import Attempt, Connect, Ending, Exchange, Handshake, How, Local, Preamble, Question, Resolution
from probe.lab import raw_server
from probe.lab.listener import Listener
from probe.lab.pki import Issued
from tests.capture.asking import target
from tests.capture.tls_peer import serving

INTERRUPTED = Ending(how=How.LOCAL, local=Local.INTERRUPTED)
DONE = Ending(how=How.DONE)


async def cancelled(port: int, question: Question | None = None) -> Attempt:
    """Start asking, cancel soon after, and give what was recorded."""
    clock = Clock()
    records: list[Attempt] = []
    task = asyncio.create_task(ask(target(port), "127.0.0.1", port, question or Question(), clock, 30.0, records.append))
    await asyncio.sleep(0.3)
    began = clock.now()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.now() - began < 1 and len(records) == 1
    return records[0]


def test_in_the_handshake() -> None:
    listener = Listener(raw_server.silence)
    try:
        one = asyncio.run(cancelled(listener.port))
    finally:
        listener.close()
    assert [(type(each), each.ending) for each in one.steps] == [(Connect, DONE), (Handshake, INTERRUPTED)]
    assert 0.2 < one.steps[1].took < 2


def test_in_the_words(tmp_path: Path, chain: tuple[Issued, ...]) -> None:
    def silent(tls: ssl.SSLSocket) -> None:
        while tls.recv(65536):
            pass

    with serving(tmp_path, chain, silent) as port:
        one = asyncio.run(cancelled(port))
    assert [(type(each), each.ending) for each in one.steps] == [(Connect, DONE), (Handshake, DONE), (Exchange, INTERRUPTED)]


def test_in_the_plaintext_look() -> None:
    listener = Listener(raw_server.silence)
    try:
        one = asyncio.run(cancelled(listener.port, question=Question(plaintext=True)))
    finally:
        listener.close()
    assert [(type(each), each.ending) for each in one.steps] == [(Connect, DONE), (Preamble, INTERRUPTED)]


def test_in_the_connection(full_port: int) -> None:
    one = asyncio.run(cancelled(full_port))
    assert [(type(each), each.ending) for each in one.steps] == [(Connect, INTERRUPTED)]


def test_in_resolving(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from probe.capture import system_names

    records: list[Resolution] = []

    def slow(_name: str, _kind: str) -> tuple[tuple[str, ...], Ending, str]:
        time.sleep(5)
        return (), DONE, ""

    monkeypatch.setattr(system_names, "_look_up", slow)

    async def run() -> None:
        task = asyncio.create_task(resolve(target(443), Clock(), 10.0, records.append, configuration=tmp_path / "none"))
        await asyncio.sleep(0.1)
        task.cancel()
        await task

    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())
    assert time.monotonic() - began < 1
    assert [(one.source, one.ending) for one in records] == [("system", INTERRUPTED)]


PROGRAM = """
import asyncio, sys
from probe.capture.ask import ask
from probe.capture.clock import Clock
from probe.facts.observation import Question
from probe.facts.target import Target
port = int(sys.argv[1])
target = Target(spelled="x", protocol="https", host="shop.example", port=port, name="shop.example", sni="shop.example")
def record(attempt):
    print(*(f"{type(one).__name__}:{one.ending.local or one.ending.how}" for one in attempt.steps), flush=True)
print("asking", flush=True)
try:
    asyncio.run(ask(target, "127.0.0.1", port, Question(), Clock(), 30.0, record))
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_ctrl_c_ends_a_process_within_a_second() -> None:
    listener = Listener(raw_server.silence)
    try:
        with subprocess.Popen([sys.executable, "-c", PROGRAM, str(listener.port)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None and process.stdout.readline() == "asking\n"
            time.sleep(0.5)
            began = time.monotonic()
            os.kill(process.pid, signal.SIGINT)
            out, _ = process.communicate(timeout=5)
            assert process.returncode == 130 and time.monotonic() - began < 1
    finally:
        listener.close()
    assert out == "Connect:done Handshake:interrupted\n"
