"""What a bearer token says of itself, where it is a JSON Web Token (RFC 7519): only its end is read, nothing of it is kept or shown. Pure."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime

LONGEST = 8192
"""Characters of a token, which has to fit into a header field."""


def unsendable(token: str) -> str:
    """Why a token cannot be sent, "" when it can; nothing of it is in the text."""
    if not token:
        return "holds nothing"
    if len(token) > LONGEST:
        return f"holds more than {LONGEST} characters"
    if not token.isascii() or not token.isprintable() or " " in token:
        return "holds blanks, line breaks or signs that no token has"
    return ""


def ends(token: str) -> datetime | None:
    """When the token ends (``exp``); ``None`` for one that does not say, or is of another kind. Never raises."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        when = claims["exp"]
        return datetime.fromtimestamp(when, UTC) if isinstance(when, int | float) and not isinstance(when, bool) else None
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None
