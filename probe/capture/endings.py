"""What an error of the operating system means for a step. Only its number counts."""

import errno

from probe.facts.observation import Ending, How, Local

_HOW = {
    errno.ECONNREFUSED: How.REFUSED,
    errno.ETIMEDOUT: How.TIMED_OUT,
    errno.ECONNRESET: How.RESET,
    errno.ECONNABORTED: How.RESET,
    errno.EPIPE: How.RESET,
    errno.ENETUNREACH: How.UNREACHABLE,
    errno.EHOSTUNREACH: How.UNREACHABLE,
    errno.ENETDOWN: How.UNREACHABLE,
    errno.EHOSTDOWN: How.UNREACHABLE,
    errno.ENETRESET: How.RESET,
}

DONE = Ending(how=How.DONE)
CLOSED = Ending(how=How.CLOSED)
TIMED_OUT = Ending(how=How.TIMED_OUT)
INTERRUPTED = Ending(how=How.LOCAL, local=Local.INTERRUPTED)
LIMIT = Ending(how=How.LOCAL, local=Local.LIMIT)
UNUSABLE = Ending(how=How.LOCAL, local=Local.UNUSABLE)


def ending(error: OSError) -> Ending:
    """Give the ending for an error; our own limits raise ``TimeoutError`` without a number, and any number not known here is the system's."""
    number = error.errno
    if number is None:
        return TIMED_OUT if isinstance(error, TimeoutError) else Ending(how=How.LOCAL, local=Local.SYSTEM)
    how = _HOW.get(number)
    return Ending(how=how, errno=number) if how else Ending(how=How.LOCAL, local=Local.SYSTEM, errno=number)
