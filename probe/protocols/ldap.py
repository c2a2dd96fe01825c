"""LDAP with StartTLS: the extended request that asks for TLS (RFC 4511 section 4.14), and the anonymous search of ``ldaps`` after it."""

from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.protocols.ber import LIMIT, NotBer, element, integer
from probe.protocols.ldap_bind import Bind
from probe.protocols.ldap_message import SEQUENCE, message, result
from probe.protocols.ldaps import Search
from probe.protocols.protocol import Protocol, Words

OID = b"1.3.6.1.4.1.1466.20037"
HEAD = 1024
VALUE = 256

_EXTENDED_REQUEST, _EXTENDED, _REQUEST_NAME = 0x77, 0x78, 0x80


def request() -> bytes:
    """Write the request to begin TLS."""
    return element(SEQUENCE, integer(1), element(_EXTENDED_REQUEST, element(_REQUEST_NAME, OID)))


class StartTls:
    """The request to begin TLS and its answer; the status is the LDAP result code (RFC 4511 appendix A)."""

    def __init__(self, target: Target) -> None:
        # The target does not change the request.
        self._pending = request()
        self._buffer = b""
        self._first = b""
        self._surplus = b""
        self._text = ""
        self._status: int | None = None
        self._ending: Ending | None = None

    def outgoing(self) -> bytes:
        """Give the request, once."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the answer; empty bytes are its end."""
        if self._ending is not None:
            self._surplus = (self._surplus + data)[:HEAD] if self._ending.how is How.DONE else b""
            return
        self._first += data[: HEAD - len(self._first)]
        self._buffer += data
        try:
            self._message()
        except NotBer:
            self._ending = Ending(how=How.DECLINED)
        if self._ending is None and len(self._buffer) > LIMIT:
            self._ending = Ending(how=How.LOCAL, local=Local.LIMIT)
        elif self._ending is None and not data and self._buffer:
            self._ending = Ending(how=How.DECLINED)

    def words(self) -> Words:
        """Tell the result code and the server's text as far as they have come."""
        return Words(
            status=self._status,
            fields=(("diagnosticMessage", self._text),) if self._text else (),
            body=self._first if self._ending is not None and self._status is None else b"",
            ending=self._ending,
            complete=self._ending is not None,
            surplus=self._surplus,
        )

    def _message(self) -> None:
        """Take the answer from the buffer once it is whole. Raises ``NotBer``."""
        found = message(self._buffer)
        if found is None:
            return
        identifier, tag, content, rest = found
        if tag != _EXTENDED or identifier not in (0, 1):
            raise NotBer("an answer to something else")
        self._status, text = result(content)
        self._text = text[:VALUE].decode("utf-8", "backslashreplace")
        # Message 0 is the notice of disconnection (section 4.4.1), whatever code it carries.
        agreed = self._status == 0 and identifier != 0
        self._ending = Ending(how=How.DONE) if agreed else Ending(how=How.DECLINED, code=self._status)
        self._surplus = rest[:HEAD] if agreed else b""


PROTOCOL = Protocol(name="ldap", port=389, begin=Search, ask=Bind, start=StartTls)
"""LDAP has no registered ALPN name in common use; none is offered."""
