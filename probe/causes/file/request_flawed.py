"""A certificate request should not be handed in as it is.

What is wrong in a request is wrong in the certificate that comes of it, or the authority sends it back after days: it was not signed by its own key, the key
is too short, the country is not two letters, a name is missing that the old certificate has, or the system that the certificate is for wants another subject.

Clients say: openssl req "Certificate request self-signature verify failure", keytool "Signature not verified", authorities "Invalid CSR", "The CSR signature
could not be verified" or "Country must be a two-letter code".
"""

from probe.case.case import Case
from probe.case.files import Request
from probe.case.requests import Remark, remarks
from probe.causes.filed import MOST, is_archived, quoted
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="A certificate request should not be handed in as it is",
    owner=Owner.USER,
    actions=("remake-request",),
    references=("RFC 2986 section 4.2", "RFC 5280 appendix A.1"),
)
_EFFECTS = {"breaks": Effect.BREAKS, "risks": Effect.RISKS}
_ORDER = ("breaks", "risks")
_SURE = ("proven", "likely", "possible")


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL verifies the request's own signature and prints what it asks for."""
    for one in case.files.requests:
        file = one.place.file
        if finding.evidence and finding.evidence[0].at == one.place.at and file.kind in ("pem", "der") and not is_archived(file):
            form = " -inform DER" if file.kind == "der" else ""
            return Shown(
                commands=(f"openssl req -verify -noout -text{form} -in {quoted(file.path)}",),
                shows="The text is what was asked for; a signature that is not by its own key is called a failure.",
            )
    return Shown(why_not="The request is not in a file of its own; its place is named.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The requests about which something is to be said against handing them in, the worst of it first."""
    found: list[tuple[Request, Remark]] = []
    for request in case.files.requests:
        # What is damaged is told as such.
        if not request.place.entry.problem:
            found += [(request, one) for one in remarks(case.files, request, case.observation.agreement) if one.weight in _ORDER]
    if not found:
        return None
    found.sort(key=lambda each: (_ORDER.index(each[1].weight), _SURE.index(each[1].sure)))
    request, worst = found[0]
    more = f" {len(found) - 1} more remark{'s' if len(found) > 2 else ''} below." if len(found) > 1 else ""
    return Finding(
        effect=_EFFECTS[worst.weight],
        certainty=Certainty(worst.sure),
        summary=f"The request in {request.place.words}: {worst.text}{more}",
        evidence=tuple(Evidence(says=f"{each.place.words}: {one.text}", at=each.place.at) for each, one in found[:MOST]),
    )
