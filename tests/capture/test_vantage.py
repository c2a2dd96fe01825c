import errno
import socket
from datetime import UTC, datetime

import pytest

from probe.capture.clock import Clock
from probe.capture.endings import ending
from probe.capture.vantage import vantage
from probe.facts.observation import Ending, How, Local, Vantage


def test_the_vantage_is_this_machine() -> None:
    assert vantage() == Vantage(host=socket.gethostname())
    assert vantage("127.0.0.1").address == "127.0.0.1"
    assert vantage("::1").address == "::1"
    assert vantage("fe80::1%nowhere0").address is None


def test_the_clock_counts_from_its_beginning() -> None:
    before = datetime.now(UTC)
    clock = Clock()
    assert before <= clock.taken_at <= datetime.now(UTC)
    first = clock.now()
    assert 0 <= first <= clock.now() < 5


@pytest.mark.parametrize(
    ("number", "how"),
    [
        (errno.ECONNREFUSED, How.REFUSED),
        (errno.ETIMEDOUT, How.TIMED_OUT),
        (errno.ECONNRESET, How.RESET),
        (errno.EPIPE, How.RESET),
        (errno.EHOSTUNREACH, How.UNREACHABLE),
        (errno.ENETUNREACH, How.UNREACHABLE),
    ],
)
def test_numbers_of_the_network(number: int, how: How) -> None:
    assert ending(OSError(number, "words that do not count")) == Ending(how=how, errno=number)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EACCES, errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EINVAL])
def test_all_other_numbers_are_the_systems(number: int) -> None:
    assert ending(OSError(number, "x")) == Ending(how=How.LOCAL, local=Local.SYSTEM, errno=number)


def test_without_a_number() -> None:
    assert ending(TimeoutError()) == Ending(how=How.TIMED_OUT)
    assert ending(OSError()) == Ending(how=How.LOCAL, local=Local.SYSTEM)
