"""The name stands only in the common name, not among the alternative names.

Since 2000 names belong into the subject alternative name extension, and since 2017 browsers read nothing else. Java,
OpenSSL and curl still fall back to the common name (CN) when there is no alternative name; Go, Python and browsers do
not. So the certificate works in some programs only.

Clients say: Go "x509: certificate relies on legacy Common Name field, use SANs instead", Chrome
ERR_CERT_COMMON_NAME_INVALID; Java, OpenSSL and curl nothing.
"""

from probe.case.case import Case
from probe.causes.name import effect, refusers
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The name is only in the common name (CN)",
    owner=Owner.SERVER,
    actions=("reissue-with-name",),
    references=("RFC 9525 section 2", "RFC 6125 section 6.4.4"),
)
SHOWN_BY = Shown(
    commands=("openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -subject -ext subjectAltName",),
    shows="OpenSSL prints the subject with the name in it, and no subjectAltName with that name.",
)


def judge(case: Case) -> Finding | None:
    """The common name fits and no subject alternative name does."""
    check = case.names
    if check is None or check.by != "cn":
        return None
    what = effect(case)
    return Finding(
        effect=what,
        summary=f'The certificate "{title(case.presented[0])}" has {case.target.name} only as its common name; browsers, Go and Python refuse that.',
        about=case.presented[:1],
        evidence=(Evidence(says=f"The common name is {case.target.name}; no subject alternative name fits.", at=case.pointer(case.chain_handshake)),),
        stacks=case.stopped(refusers(case)) if what is Effect.BREAKS else (),
        values=(("good", case.target.name),),
    )
