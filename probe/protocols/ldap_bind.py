"""A simple bind over LDAP (RFC 4511 section 4.2, RFC 4513 section 5.1), and the unbind after it. It is only ever spoken inside TLS."""

from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.protocols.ber import LIMIT, NotBer, element, integer
from probe.protocols.ldap_message import SEQUENCE, message, result
from probe.protocols.login import Login
from probe.protocols.protocol import Asked, Words

HEAD, VALUE = 1024, 256
HIDDEN = "(left out)"
_BIND, _ANSWER, _EXTENDED, _SIMPLE, _UNBIND = 0x60, 0x61, 0x78, 0x80, 0x42


def request(login: Login) -> bytes:
    """Write the bind. It holds the password, so nobody keeps it."""
    return element(SEQUENCE, integer(1), element(_BIND, integer(3), element(0x04, login.user), element(_SIMPLE, login.password)))


class Bind:
    """One bind and its answer; the status is the LDAP result code. What the server says of the password is left out."""

    def __init__(self, target: Target, asked: Asked) -> None:
        # The target does not change the request.
        self._hidden = asked.login.hidden if asked.login else ()
        self._secrets = (asked.login.password,) if asked.login else ()
        self._pending = request(asked.login) if asked.login else b""
        self._buffer = b""
        self._received = 0
        self._first = b""
        self._text = ""
        self._status: int | None = None
        self._ending: Ending | None = None

    def outgoing(self) -> bytes:
        """Give the bind, once."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the answer; empty bytes are its end."""
        if self._ending is not None:
            return
        self._received += len(data)
        self._first += data[: HEAD - len(self._first)]
        self._buffer += data
        try:
            self._message()
        except NotBer:
            self._ending = Ending(how=How.DECLINED)
        if self._ending is None and self._received > LIMIT:
            self._ending = Ending(how=How.LOCAL, local=Local.LIMIT)
        elif self._ending is None and not data and self._buffer:
            self._ending = Ending(how=How.DECLINED)

    def words(self) -> Words:
        """Tell the result code and the server's text. An answer that is no LDAP is not kept where it repeats a secret."""
        strange = self._ending is not None and self._status is None
        body = self._first if strange and not any(one in self._first for one in self._hidden) else b""
        return Words(
            status=self._status,
            fields=(("diagnosticMessage", self._text),) if self._text else (),
            body=body,
            ending=self._ending,
            complete=self._ending is not None,
            farewell=element(SEQUENCE, integer(2), element(_UNBIND)) if self._status is not None else b"",
        )

    def _message(self) -> None:
        """Take the answer from the buffer once it is whole. Raises ``NotBer``."""
        found = message(self._buffer)
        if found is None:
            return
        identifier, tag, content, _ = found
        if (identifier, tag) not in ((1, _ANSWER), (0, _EXTENDED)):
            raise NotBer("an answer to something else")
        self._status, text = result(content)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN.encode())
        self._text = text[:VALUE].decode("utf-8", "backslashreplace")
        bound = self._status == 0 and tag == _ANSWER
        self._ending = Ending(how=How.DONE) if bound else Ending(how=How.DECLINED, code=self._status)
