"""The system does not let this source address through.

Some systems serve only the addresses that a partner had listed. TLS works from everywhere, and the request is then turned
away by the front end, before the application sees it. What such an answer looks like is said by the profile of the
system. A new proxy, another exit of the network or a cloud without a fixed address are the usual reasons.

Clients say: the HTTP status, mostly "403 Forbidden", on a short page of the web server.
"""

from probe.case.case import Case
from probe.causes.checked import finding, shown
from probe.causes.words import Cause, Finding, NotObserved, Owner

CAUSE = Cause(
    title="The source address is not allowed",
    owner=Owner.CLIENT,
    actions=("list-source-address",),
    references=("RFC 9110 section 15.5.4",),
    explains=("client.required", "app.http-status"),
)
SHOWN_BY = shown


def judge(case: Case) -> Finding | NotObserved | None:
    """A check of the profile was answered as the profile says of addresses that are not listed."""
    found = finding(case, "app.address-not-allowed")
    return found[0] if isinstance(found, tuple) else found
