"""The application does not know the partner, tenant or user that the request names.

TLS and the client certificate are behind us: the application itself answers, and says that there is no such identifier.
They are compared as texts, so that another separator, another case or the other environment's identifier is unknown. What
such an answer looks like is said by the profile of the system.

Clients say: what the application says, such as "Partner not found" with HTTP 404.
"""

from probe.case.case import Case
from probe.causes.checked import finding, shown
from probe.causes.words import Cause, Finding, NotObserved, Owner

CAUSE = Cause(
    title="The application does not know the identifier",
    owner=Owner.CLIENT,
    actions=("correct-identifier",),
    references=("RFC 9110 section 15.5.5",),
    explains=("client.required", "app.http-status"),
)
SHOWN_BY = shown


def judge(case: Case) -> Finding | NotObserved | None:
    """A check of the profile was answered as the profile says of unknown identifiers."""
    found = finding(case, "app.unknown-identity")
    return found[0] if isinstance(found, tuple) else found
