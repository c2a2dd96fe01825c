"""Stores whose check value covers a password: checked with the usual one, else said to be unchecked beside the verdict; and what comes through a pipe."""

import io
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGINT

import pytest

from probe.capture import inspect as reading
from probe.capture.files import load_pipe
from probe.cli.main import run
from probe.formats.writing import jks_trust_store
from probe.lab.file_shop import Parts, packed, parts
from probe.lab.keys import key_pem
from probe.lab.shop import HOST

DAY = datetime(2026, 11, 22, tzinfo=UTC)
USUAL, UNCHECKED = "opened with the password changeit", "its integrity was not checked, as no password was given and changeit does not fit"


@pytest.fixture(scope="module")
def made() -> Parts:
    return parts()


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = run(["inspect", *map(str, arguments), "--trust", "none"])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, " ".join(captured.out.split())


def store(made: Parts, password: str) -> bytes:
    return jks_trust_store((made.root.certificate,), password, DAY)


def test_a_java_store_is_checked_with_the_usual_password(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cacerts").write_bytes(store(made, "changeit"))
    code, out = said(capsys, tmp_path / "cacerts")
    assert code == 0 and USUAL in out and "integrity" not in out and "was altered" not in out


def test_a_java_store_with_another_password_is_unchecked_and_the_verdict_says_so(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "store.jks"
    place.write_bytes(store(made, "secret"))
    code, out = said(capsys, place)
    answer = out.partition("The files")[0]
    assert code == 0 and f"Whether {place} was altered was not checked: that needs the password." in answer
    assert UNCHECKED in out and USUAL not in out
    # What is to be handed on as an authority is said to be unchecked too.
    run(["trust", str(place)])
    assert f"Whether {place} was altered was not checked: that needs the password." in " ".join(capsys.readouterr().out.split())


def test_an_altered_store_of_the_usual_password_is_not_called_checked(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(store(made, "changeit"))
    data[-60] ^= 1
    (tmp_path / "cacerts").write_bytes(data)
    _, out = said(capsys, tmp_path / "cacerts")
    assert UNCHECKED in out and USUAL not in out


def test_with_the_password_nothing_is_said_of_it(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "store.jks").write_bytes(store(made, "secret"))
    monkeypatch.setenv("STORE_PASSWORD", "secret")
    code, out = said(capsys, tmp_path / "store.jks", "--password-env", "STORE_PASSWORD")
    assert code == 0 and "was altered" not in out and "integrity" not in out and "changeit" not in out


def test_each_store_of_an_archive_is_checked_by_itself(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "stores.zip"
    place.write_bytes(packed(("usual.jks", store(made, "changeit")), ("other.jks", store(made, "secret"))))
    assert run(["inspect", str(place), "--trust", "none", "--format", "json"]) == 0
    files = json.loads(capsys.readouterr().out)["results"][0]["inspection"]["files"]
    lines = {one["name"].rpartition(" ")[2]: " ".join(one["lines"]) for one in files}
    assert USUAL in lines["usual.jks"] and UNCHECKED not in lines["usual.jks"]
    assert UNCHECKED in lines["other.jks"] and USUAL not in lines["other.jks"]


@pytest.mark.parametrize(
    "content", ["-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA me@here\n"]
)
def test_a_file_that_is_no_store_is_not_an_empty_one(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key.pub").write_text(content)
    code, out = said(capsys, tmp_path / "key.pub")
    assert code == 2 and "store is empty" not in out and "holds nothing that is used here: it looks like" in out


def test_a_store_without_entries_is_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.jks").write_bytes(jks_trust_store((), "changeit", DAY))
    _, out = said(capsys, tmp_path / "empty.jks")
    assert "the store is empty" in out


class Input:
    """A standard input that holds these bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)

    def isatty(self) -> bool:
        return False


def test_the_standard_input_is_read(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "server.key").write_bytes(key_pem(made.leaf.key))
    monkeypatch.setattr(sys, "stdin", Input((made.chain + made.root.pem).encode()))
    code, out = said(capsys, "-", tmp_path / "server.key", "-")
    assert code == 0 and "The standard input: PEM, 3 certificates" in out and f'belongs to the certificate "{HOST}" in The standard input' in out
    assert "probe inspect - " in out


def test_no_command_opens_what_came_through_a_pipe(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Input(b"<html>no certificate</html>"))
    code, out = said(capsys, "-")
    assert code == 2 and out.startswith("PROBLEM FOUND the standard input: The standard input looks like an HTML page.") and "openssl storeutl" not in out


def test_a_pipe_is_read_once_and_bounded(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def give(data: bytes) -> threading.Thread:
        writer = threading.Thread(target=pipe.write_bytes, args=(data,), daemon=True)
        writer.start()
        return writer

    writer = give((made.chain + made.root.pem).encode())
    code, out = said(capsys, pipe)
    writer.join(5)
    assert code == 0 and f"{pipe}: PEM, 3 certificates" in out
    monkeypatch.setattr(reading, "load_pipe", lambda path: load_pipe(path, 100))
    writer = give(b"x" * 101)
    assert run(["inspect", str(pipe), "--trust", "none"]) == 2
    writer.join(5)
    captured = capsys.readouterr()
    assert captured.out == "" and "is larger than" in captured.err


@pytest.mark.parametrize("source", ["-", "pipe"])
def test_waiting_for_input_ends_with_an_interrupt(source: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    # It says when it is about to wait, so that the interrupt does not come before.
    start = "import sys, os\nfrom probe.cli.main import run\nimport probe.capture.inspect as one\n"
    start += "for name in ('load_input', 'load_pipe'):\n    setattr(one, name, lambda *a, old=getattr(one, name): (os.write(2, b'waits'), old(*a))[1])\n"
    start += f"sys.exit(run(['inspect', {source!r}, '--trust', 'none']))"
    with subprocess.Popen([sys.executable, "-c", start], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
        assert waiting.stderr is not None and waiting.stderr.read(5) == b"waits"
        waiting.send_signal(SIGINT)
        assert waiting.wait(20) == 130
        assert b"Traceback" not in waiting.stderr.read()
