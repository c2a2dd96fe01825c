"""The name exists but has no address.

The DNS server knows the name and has neither an A nor an AAAA record for it. Often the name is only a mail domain (MX),
a zone apex, or an alias whose target lost its records. Aliases (CNAME) that lead in a circle end nowhere too.

Clients say: curl exit 6 "Could not resolve host", Java "java.net.UnknownHostException", getaddrinfo "No address
associated with hostname".
"""

from probe.case.case import Case
from probe.causes.dns import dead_end, server_of
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import Local, Resolution

CAUSE = Cause(title="The name has no address", owner=Owner.DNS, actions=("publish-address",), references=("RFC 2308 section 2.2",))
SHOWN_BY = Shown(commands=("dig {dig} A", "dig {dig} AAAA"), shows='dig prints "status: NOERROR" and "ANSWER: 0", or only aliases, for both.')


def judge(case: Case) -> Finding | None:
    """At least one answer is "no error" without records, and none is an error."""
    answers = [one for one in dead_end(case) if one.rcode is not None]
    if not answers or any(one.rcode != 0 for one in answers):
        return None
    first = answers[0]
    endless = [one for one in answers if one.ending.local is Local.LIMIT and one.aliases]
    if endless:
        return _endless(case, endless)
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{server_of(first)} knows {case.target.host} but has no address for it.",
        evidence=tuple(
            Evidence(says=f"The question for {one.type} was answered without an error and without a record.", at=case.pointer(one)) for one in answers
        ),
    )


def _endless(case: Case, endless: list[Resolution]) -> Finding:
    """Aliases that lead back to one before them, or to so many others that nobody follows them."""
    names = [endless[0].aliases[0].name]
    for alias in endless[0].aliases:
        names.append(alias.target)
        if alias.target in names[:-1]:
            break
    circle = names[-1] in names[:-1]
    how = f"lead in a circle: {' -> '.join(names)}" if circle else f"are {len(endless[0].aliases)} or more, too many to follow"
    return Finding(
        effect=Effect.BREAKS,
        summary=f"The aliases of {case.target.host} {how}.",
        evidence=tuple(
            Evidence(says=f"{server_of(one)} answered the question for {one.type} with {len(one.aliases)} aliases and no address.", at=case.pointer(one))
            for one in endless
        ),
    )
