"""The registration of an own authority with a system that lets devices in by it: what its API tells of an authority, and how far a registration has come.

No field can hold a token or a key.
"""

from datetime import datetime

from probe.facts.noun import noun

SCHEMA = 1
"""The number that a saved state carries; a reader refuses a higher one."""


@noun
class Listed:
    """An authority as the API tells it. ``expiration`` and ``verified`` are ``None`` where the answer does not say."""

    id: str
    name: str = ""
    expiration: datetime | None = None
    common_name: str = ""
    verified: bool | None = None


@noun
class Registered:
    """How far the registration with one gateway has come.

    ``stage`` is sent (the upload went out, and no answer to it is known), uploaded or verified. ``id`` is what the API calls the authority.
    """

    gateway: str
    name: str
    stage: str
    id: str = ""


@noun
class Progress:
    """How far the authority with this fingerprint (SHA-256, lower-case hex) has come, at each gateway. Kept in a file beside the authority."""

    schema: int = SCHEMA
    sha256: str
    registered: tuple[Registered, ...] = ()
