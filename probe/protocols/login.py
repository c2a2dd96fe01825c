"""The user name and the password for a proxy. They exist in memory alone: nothing that is saved or printed can hold a Login."""

from base64 import b64encode
from typing import NoReturn


class Login:
    """``user`` and ``password`` as bytes. It cannot be shown, copied into a file, or pickled."""

    __slots__ = ("password", "user")

    def __init__(self, user: str, password: str) -> None:
        self.user = user.encode("utf-8", "surrogateescape")
        self.password = password.encode("utf-8", "surrogateescape")

    @property
    def basic(self) -> bytes:
        """What follows ``Basic`` in a header field (RFC 7617 section 2)."""
        return b64encode(self.user + b":" + self.password)

    @property
    def hidden(self) -> tuple[bytes, ...]:
        """What an answer may repeat and nobody shall see."""
        return tuple(one for one in (self.basic, self.basic.rstrip(b"="), self.password, self.user) if one)

    def __repr__(self) -> str:
        return "Login(hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a login is not written down")
