"""Things that hold a private key in memory: nothing shows it, and nothing writes it down."""

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


class Hidden:
    """Holds a key, or none. ``__repr__`` has ``_told``, in which nothing secret may stand; to pickle or copy it raises ``TypeError``."""

    __slots__ = ("_key",)

    def __init__(self, key: PrivateKeyTypes | None) -> None:
        self._key = key

    @property
    def key(self) -> PrivateKeyTypes | None:
        """The key itself; for a credential alone."""
        return self._key

    def _told(self) -> str:
        return ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._told()}, key hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a private key stays in memory")
