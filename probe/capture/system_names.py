"""What the operating system's resolver says of a name: hosts file, search list and all."""

import asyncio
import socket
import threading

from probe.capture.clock import Clock
from probe.capture.endings import DONE, TIMED_OUT, UNUSABLE, ending
from probe.facts.observation import Ending, How, Resolution

LIMIT = 64

Found = tuple[tuple[str, ...], Ending, str]


FAMILIES = {"any": socket.AF_UNSPEC, "A": socket.AF_INET, "AAAA": socket.AF_INET6}


async def system(name: str, clock: Clock, until: float, kind: str = "any") -> Resolution:
    """Ask ``getaddrinfo`` for one kind of address or ``any``. ``until`` is a point in time on ``clock``; the ending's ``code`` is the EAI number.

    The call cannot be stopped, so it runs in a thread of its own that nobody waits for at the end (the loop's own pool would).
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def settle(found: Found) -> None:
        if not answer.done():
            answer.set_result(found)

    def work() -> None:
        found = _look_up(name, kind)
        try:
            loop.call_soon_threadsafe(settle, found)
        except RuntimeError:
            # The loop is closed: nobody wants to know any more.
            return

    started = clock.now()
    threading.Thread(target=work, daemon=True, name="getaddrinfo").start()
    try:
        async with asyncio.timeout(max(0.0, until - started)):
            addresses, how, says = await answer
    except TimeoutError:
        addresses, how, says = (), TIMED_OUT, ""
    return Resolution(started=started, took=clock.now() - started, ending=how, says=says, name=name, source="system", type=kind, addresses=addresses)


def _look_up(name: str, kind: str) -> Found:
    try:
        infos = socket.getaddrinfo(name, None, family=FAMILIES[kind], type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return (), Ending(how=How.DECLINED, code=error.errno), str(error)
    except OSError as error:
        return (), ending(error), str(error)
    except ValueError:
        # A label that is empty or over 63 characters.
        return (), UNUSABLE, ""
    found = (spelled(info[4]) for info in infos if info[0] in (socket.AF_INET, socket.AF_INET6))
    return tuple(dict.fromkeys(found))[:LIMIT], DONE, ""


def spelled(place: tuple[object, ...]) -> str:
    """Write a socket address as an IP literal, with its zone where it has one."""
    address = str(place[0])
    zone = place[3] if len(place) == 4 else 0
    return f"{address}%{zone}" if zone and "%" not in address else address
