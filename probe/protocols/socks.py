"""A tunnel through a SOCKS proxy: version 4 and its extension 4A, version 5 (RFC 1928) with user name and password (RFC 1929).

Every answer is a few bytes of a fixed form, so that nothing of it has to be kept but its numbers. The status of the answer is the number with which it ends;
the field ``step`` says what it answers: ``method``, ``login`` or ``request``.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

from probe.facts.observation import Ending, How
from probe.protocols.login import Login
from probe.protocols.negotiation import bare
from probe.protocols.protocol import Words

METHOD, LOGIN, REQUEST = "method", "login", "request"
NONE, PASSWORD, NO_METHOD = 0, 2, 255
GRANTED4 = 90
LONGEST = 255
"""Bytes of a user name, a password or a host name: their length is one byte."""


class Socks5:
    """Greeting, user name and password if the proxy wants them, request. ``host`` is a name or an IP literal."""

    def __init__(self, host: str, port: int, login: Login | None = None) -> None:
        self._host, self._port, self._login = host, port, login
        self._pending = b"\5\2\0\2" if login else b"\5\1\0"
        self._step = METHOD
        self._buffer = b""
        self._sent_login = False
        self._status: int | None = None
        self._ending: Ending | None = None
        self._rest = b""

    def outgoing(self) -> bytes:
        """Give the bytes to send now."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the proxy; empty bytes are their end."""
        if self._ending is not None or not data:
            return
        self._buffer += data
        while self._ending is None and self._answer():
            pass

    def words(self) -> Words:
        """Tell how far it has come."""
        odd = self._ending is not None and self._status is None
        body = bare(self._buffer, self._login, self._sent_login) if odd else b""
        return Words(status=self._status, fields=(("step", self._step),), body=body, ending=self._ending, complete=self._ending is not None)

    @property
    def authenticated(self) -> bool:
        """Whether user name and password were sent."""
        return self._sent_login

    def rest(self) -> bytes:
        """What came behind the proxy's consent."""
        return self._rest

    def _answer(self) -> bool:
        """Read one answer; false when it is not all there."""
        version = 1 if self._step == LOGIN else 5
        if self._buffer[:1] and self._buffer[0] != version:
            self._ending = Ending(how=How.DECLINED)
            return False
        if len(self._buffer) < 2:
            return False
        code = self._buffer[1]
        if self._step == METHOD:
            self._buffer = self._buffer[2:]
            self._chosen(code)
        elif self._step == LOGIN:
            self._buffer = self._buffer[2:]
            self._ask() if code == 0 else self._declined(code)
        elif code != 0:
            # Some proxies hang up before the rest of an answer that says no.
            self._declined(code)
        else:
            return self._granted()
        return True

    def _chosen(self, method: int) -> None:
        if method == NONE:
            self._ask()
        elif method == PASSWORD and self._login is not None:
            self._step, self._sent_login = LOGIN, True
            user, password = self._login.user[:LONGEST], self._login.password[:LONGEST]
            self._pending += bytes((1, len(user))) + user + bytes((len(password),)) + password
        else:
            self._declined(method)

    def _ask(self) -> None:
        self._step = REQUEST
        self._pending += b"\5\1\0" + _address(self._host) + self._port.to_bytes(2)

    def _declined(self, code: int) -> None:
        self._status, self._ending = code, Ending(how=How.DECLINED, code=code)

    def _granted(self) -> bool:
        """Pass over the address that the proxy connects from (RFC 1928 section 6)."""
        if len(self._buffer) < 5:
            return False
        kind = self._buffer[3]
        length = {1: 4, 3: 1 + self._buffer[4], 4: 16}.get(kind)
        if length is None:
            self._ending = Ending(how=How.DECLINED)
            return False
        if len(self._buffer) < 4 + length + 2:
            return False
        self._rest = self._buffer[4 + length + 2 :]
        self._status, self._ending = 0, Ending(how=How.DONE)
        return True


class Socks4:
    """The request of version 4 for an IPv4 address, of 4A for a name. Of a login only the user name is sent: there is no password."""

    def __init__(self, host: str, port: int, login: Login | None = None) -> None:
        self._login = login
        try:
            place, name = IPv4Address(host).packed, b""
        except ValueError:
            # An address that cannot be, 0.0.0.1, says that a name follows (SOCKS 4A).
            place, name = b"\0\0\0\1", host.encode("ascii", "ignore") + b"\0"
        user = login.user.replace(b"\0", b"")[:LONGEST] if login else b""
        self._pending = b"\4\1" + port.to_bytes(2) + place + user + b"\0" + name
        self._buffer = b""
        self._status: int | None = None
        self._ending: Ending | None = None
        self._rest = b""

    def outgoing(self) -> bytes:
        """Give the request, once."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the proxy; empty bytes are their end."""
        if self._ending is not None or not data:
            return
        self._buffer += data
        if self._buffer[0] != 0 or (len(self._buffer) > 1 and not GRANTED4 <= self._buffer[1] <= GRANTED4 + 3):
            self._ending = Ending(how=How.DECLINED)
        elif len(self._buffer) > 1 and self._buffer[1] != GRANTED4:
            self._status = self._buffer[1]
            self._ending = Ending(how=How.DECLINED, code=self._status)
        elif len(self._buffer) >= 8:
            self._status, self._rest, self._ending = GRANTED4, self._buffer[8:], Ending(how=How.DONE)

    def words(self) -> Words:
        """Tell how far it has come."""
        odd = self._ending is not None and self._status is None
        body = bare(self._buffer, self._login, secrets_sent=True) if odd else b""
        return Words(status=self._status, fields=(("step", REQUEST),), body=body, ending=self._ending, complete=self._ending is not None)

    @property
    def authenticated(self) -> bool:
        """Whether a user name was sent."""
        return self._login is not None

    def rest(self) -> bytes:
        """What came behind the proxy's consent."""
        return self._rest


def _address(host: str) -> bytes:
    """Type, and address or name (RFC 1928 section 5)."""
    try:
        one: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    except ValueError:
        name = host.encode("ascii", "ignore")[:LONGEST]
        return bytes((3, len(name))) + name
    return (b"\1" if one.version == 4 else b"\4") + one.packed
