"""The name does not exist in DNS.

The DNS server that was asked answered with code 3, name error: neither this name nor anything below it exists. The
usual reasons are a typing error, a name that exists only inside another network (split DNS, VPN), or a record that was
never created or was deleted.

Clients say: curl exit 6 "Could not resolve host", Java "java.net.UnknownHostException", OpenSSL "Name or service not
known".
"""

from probe.case.case import Case
from probe.causes.dns import dead_end, server_of
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(title="The name does not exist", owner=Owner.DNS, actions=("correct-name",), references=("RFC 1035 section 4.1.1", "RFC 8020"))
SHOWN_BY = Shown(commands=("dig {dig} A",), shows='dig prints "status: NXDOMAIN".')


def judge(case: Case) -> Finding | None:
    """Every DNS answer that came says that the name does not exist."""
    answers = [one for one in dead_end(case) if one.rcode is not None]
    if not answers or any(one.rcode != 3 for one in answers):
        return None
    first = answers[0]
    asked = first.aliases[-1].target if first.aliases else case.target.host
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{server_of(first)} says that {asked} does not exist." + (f" {case.target.host} is only an alias of it." if first.aliases else ""),
        evidence=tuple(
            Evidence(says=f"{server_of(one)} answered the question for {one.type} with NXDOMAIN (code 3).", at=case.pointer(one)) for one in answers
        ),
    )
