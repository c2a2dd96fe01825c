"""The name exists but has no address.

The DNS server knows the name and has neither an A nor an AAAA record for it. Often the name is only a mail domain (MX),
a zone apex, or an alias whose target lost its records.

Clients say: curl exit 6 "Could not resolve host", Java "java.net.UnknownHostException", getaddrinfo "No address
associated with hostname".
"""

from probe.case.case import Case
from probe.causes.dns import dead_end, server_of
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(title="The name has no address", owner=Owner.DNS, actions=("publish-address",), references=("RFC 2308 section 2.2",))
SHOWN_BY = Shown(commands=("dig {dig} A", "dig {dig} AAAA"), shows='dig prints "status: NOERROR" and "ANSWER: 0", or only aliases, for both.')


def judge(case: Case) -> Finding | None:
    """At least one answer is "no error" without records, and none is an error."""
    answers = [one for one in dead_end(case) if one.rcode is not None]
    if not answers or any(one.rcode != 0 for one in answers):
        return None
    first = answers[0]
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{server_of(first).capitalize()} knows {case.target.host} but has no address for it.",
        evidence=tuple(
            Evidence(says=f"The question for {one.type} was answered without an error and without a record.", at=case.pointer(one)) for one in answers
        ),
    )
