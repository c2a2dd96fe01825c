"""A guard around this process' sockets: loopback passes, everything else is refused and remembered."""

import socket
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import pytest

# The kernel refuses a TCP connection to a broadcast address by itself; reserved networks are no such place, a default route may lead there.
UNROUTABLE = (ip_network("255.255.255.255/32"),)


class LeftTheMachine(AssertionError):
    """A test tried to reach something other than loopback."""


class Guard:
    """Refuses addresses beyond loopback. ``attempts`` holds those of the running test, also when the refusal was swallowed."""

    def __init__(self) -> None:
        self.attempts: list[str] = []
        self._unroutable = False

    def begin(self, *, unroutable: bool) -> None:
        """Start a new test; ``unroutable`` lets it try the broadcast address, which the operating system refuses."""
        self.attempts = []
        self._unroutable = unroutable

    def install(self, patch: pytest.MonkeyPatch, kind: type[socket.socket]) -> None:
        """Put the guard in front of every method of ``kind`` that names a peer."""
        for method, position in (("connect", 0), ("connect_ex", 0), ("sendto", -1), ("sendmsg", 3)):
            patch.setattr(kind, method, self._guarded(getattr(kind, method), position))

    def allows(self, family: int, address: object) -> bool:
        """Whether a socket of ``family`` may talk to ``address`` as socket methods take it."""
        if family not in (socket.AF_INET, socket.AF_INET6):
            return True
        host = address[0] if isinstance(address, tuple) and address else None
        if host in ("localhost", ""):
            return True
        try:
            literal = ip_address(str(host).partition("%")[0])
        except ValueError:
            return False
        if isinstance(literal, IPv6Address) and literal.ipv4_mapped is not None:
            literal = literal.ipv4_mapped
        if literal.is_loopback or literal.is_unspecified:
            return True
        return self._unroutable and any(literal in network for network in UNROUTABLE if network.version == literal.version)

    def _guarded(self, original: Callable[..., Any], position: int) -> Callable[..., Any]:
        def method(sock: socket.socket, *given: Any) -> Any:
            named = len(given) > position  # sendmsg without an address goes to the connected peer
            if named and given[position] is not None and not self.allows(sock.family, given[position]):
                self.attempts.append(str(given[position]))
                raise LeftTheMachine(f"{original.__name__} to {given[position]}")
            return original(sock, *given)

        return method
