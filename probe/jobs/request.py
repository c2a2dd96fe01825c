"""The request of a profile's check as it goes out: the one place where secrets are filled in."""

import os
from collections.abc import Mapping

from probe.facts.profile import Agreement, Check
from probe.facts.unusable import Unusable
from probe.profiles.read import UNSHOWN
from probe.profiles.templates import fill, used
from probe.protocols.protocol import Asked

LONGEST = 8192
"""Characters of a secret, which has to fit into a header field."""


def secrets(agreement: Agreement, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Read the secrets of the checks that may be done. Raises ``Unusable`` when a variable does not exist, is empty or holds no text for a header."""
    needed = {name for one in agreement.checks if agreement.consented(one) for name in used(one.request)}
    found = {}
    for variable, name in agreement.secrets:
        value = environment.get(name)
        if value is None:
            # It may be the secret itself, so it is not repeated; nor is it kept where it is not needed.
            raise Unusable(
                f"The environment variable named by --var {variable}=... for the profile {agreement.profile} does not exist.",
                "Give the name of a variable, not the secret itself, and set that variable for this command.",
            )
        if variable not in needed:
            continue
        if not value or len(value) > LONGEST or not value.isascii() or not value.isprintable():
            raise Unusable(f"The environment variable {name} holds nothing that could be sent.", "Set it to the secret, without line breaks.")
        found[variable] = value
    return found


def request(agreement: Agreement, check: Check) -> Asked:
    """What to send for a check. A secret that has gone in the meantime stays the name of its variable."""
    asking = check.request
    try:
        known = secrets(agreement)
    except Unusable:
        known = {}
    headers = tuple((name, fill(value, known)) for name, value in asking.headers)
    named = {name.lower() for name, _ in headers}
    body = (asking.json or asking.body).encode()
    typed = (("Content-Type", "application/json"),) if asking.json and "content-type" not in named else ()
    rows = tuple(field for row in check.expect for field in (row.header, row.no_header) if field)
    keep = tuple(dict.fromkeys(one for one in (*agreement.report.include_headers, *rows) if not UNSHOWN.search(one)))
    hide = tuple(value.encode() for name, value in known.items() if name in used(asking))
    return Asked(method=asking.method, path=asking.path, headers=(*typed, *headers), body=body, keep=keep, hide=hide)
