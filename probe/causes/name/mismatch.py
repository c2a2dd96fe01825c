"""The certificate is for other names.

The client compares the name it was told to connect to with the names in the certificate (subject alternative names).
None of them fits. Either the client uses another name than the certificate was ordered for, or the server shows the
certificate of another service.

Clients say: OpenSSL "hostname mismatch" (error 62), curl "no alternative certificate subject name matches target host
name", Java "No subject alternative DNS name matching ... found", Go "x509: certificate is valid for ..., not ...".
"""

from probe.case.case import Case
from probe.case.names import Form, compare
from probe.causes.name import effect, good_for, near_wildcard, refusers
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The certificate is for another name",
    owner=Owner.SERVER,
    actions=("use-certificate-name", "reissue-with-name"),
    references=("RFC 9525 section 6", "RFC 6125 section 6"),
)
SHOWN_BY = openssl_says("hostname mismatch", options="{verify} {name}")


def judge(case: Case) -> Finding | None:
    """A stack refuses the name, and none of the more special reasons applies."""
    check = case.names
    if check is None or check.is_ip or check.by == "cn" or near_wildcard(check) or effect(case) is not Effect.BREAKS:
        return None
    good = good_for(check)
    itself = _itself(case)
    says = f'The certificate "{title(case.presented[0])}" is not for {case.target.name}; it is for {good}.'
    written = check.matches and Form.DEVIATION in check.forms
    if written:
        says = f"The certificate is for {check.pattern}; clients that convert the name as it was written in another way, or not at all, compare another name."
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY if written else Certainty.PROVEN,
        summary=says,
        about=case.presented[:1],
        evidence=(
            Evidence(says=f"Asked for {case.target.name}; the certificate names {good}.", at=case.pointer(case.chain_handshake)),
            *(
                Evidence(says=f"{one.value} does not fit: {one.why}.", at=case.pointer(case.chain_handshake))
                for one in check.presented
                if {Form.CN_BESIDE_DNS, Form.DEVIATION} & set(one.forms)
            ),
            *_told(case, itself),
        ),
        stacks=case.stopped(refusers(case)),
        values=(("good", itself or (check.good_for[0] if check.good_for else "the name in the certificate")),),
    )


def _told(case: Case, itself: str) -> tuple[Evidence, ...]:
    return (Evidence(says=f"The directory calls itself {itself}, and the certificate is for that name.", at=case.pointer(case.exchange)),) if itself else ()


def _itself(case: Case) -> str:
    """The name that a directory gives itself, if the certificate is for it."""
    if case.target.protocol not in ("ldaps", "ldap") or case.leaf is None:
        return ""
    from probe.case.directory import directory  # few checks are of directories

    found = directory(case)
    return found.host if found and found.host and compare(found.host, case.leaf).matches else ""
