"""Reading ``--cert``, ``--key`` and ``--on-file``: who the client says it is, and what the other side has on file of it."""

from typing import TYPE_CHECKING

from probe.facts.identity import Identity, OnFile
from probe.facts.target import Target
from probe.tls.credential import Credential

if TYPE_CHECKING:
    from probe.capture.identity import Prompt

# The readers of keys are imported where they are needed: most checks name no certificate, and should not wait for them.


def identified(target: Target, password_env: str | None = None, prompt: "Prompt | None" = None) -> tuple[Identity | None, Credential | None]:
    """Read the client certificate of a target; two times ``None`` when none is named. Raises ``Unusable``."""
    if not target.cert:
        return None, None
    from probe.capture.identity import Password, load

    return load(target.cert, target.key, password=Password(password_env or "", prompt))


def filed(source: str | None) -> OnFile | None:
    """Read the certificate that the other side has on file; ``None`` stays ``None``. Raises ``Unusable``."""
    if source is None:
        return None
    from probe.capture.identity import on_file

    return on_file(source)
