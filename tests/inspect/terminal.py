"""A program on a terminal of its own: what it prints there, and what somebody types when it asks."""

import os
import pty
import select
import sys
import termios
import time

PATIENCE = 60.0
PROMPT = b"Password of"


def typed(arguments: tuple[str, ...], answers: tuple[str, ...] = ()) -> tuple[int, str]:
    """Run the probe on a terminal; whenever it asks for a password, the next answer is typed. Exit code, and everything that the terminal showed."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "probe", *arguments], {**os.environ, "TERM": "dumb", "COLUMNS": "100"})  # noqa: S606 -- our own program
    waiting, shown, deadline = list(answers), b"", time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.02)[0]:
                try:
                    part = os.read(terminal, 65536)
                except OSError:
                    # Linux says so when nobody holds the other end any more.
                    break
                if not part:
                    break
                shown += part
            silent = not termios.tcgetattr(terminal)[3] & termios.ECHO
            # What is typed before the echo is off is thrown away with it.
            if silent and waiting and shown.count(PROMPT) > len(answers) - len(waiting):
                os.write(terminal, waiting.pop(0).encode() + b"\n")
        else:
            os.kill(child, 9)
    finally:
        os.close(terminal)
        _, status = os.waitpid(child, 0)
    assert time.monotonic() < deadline, shown.decode("utf-8", "replace")
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace").replace("\r\n", "\n")
