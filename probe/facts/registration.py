"""The registration of an own authority with a system that lets devices in by it: what a profile says of it, what the API tells, how far it has come.

No field can hold a token or a key.
"""

from datetime import datetime

from probe.facts.noun import noun

SCHEMA = 1
"""The number that a saved state carries; a reader refuses a higher one."""


@noun
class RegistrationStep:
    """One request of the registration of an authority: what is sent and which fields come back. ``also`` are other spellings of the path, tried after a 404."""

    id: str
    method: str
    path: str
    also: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    verified: bool = True
    source: str = ""


@noun
class ApiGateway:
    """Where the requests of a registration go in one region."""

    region: str
    host: str
    verified: bool = True
    source: str = ""


@noun
class Registration:
    """How an own authority is made known to the system; ``limit`` is how many there may be (0: not known)."""

    gateways: tuple[ApiGateway, ...] = ()
    limit: int = 0
    cn_equals_code: bool = False
    verification_max_days: int = 0
    steps: tuple[RegistrationStep, ...] = ()
    verified: bool = True
    source: str = ""


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
