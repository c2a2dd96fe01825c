"""The certificate demands a stapled OCSP answer, and the server sends none that can be used.

A certificate can carry the extension "TLS feature" with the feature status_request, also called must-staple: its owner
promises that the server sends a fresh OCSP answer along with it. GnuTLS refuses when none comes, Firefox did; Java,
OpenSSL, Go and the others do not look. Let's Encrypt stopped to answer OCSP in 2025, so that such a certificate of
theirs can no longer be served as it promises.

Clients say: GnuTLS "The certificate requires the server to include an OCSP status in its response, but the OCSP status
is missing.", Firefox "MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING".
"""

from probe.case.case import Case
from probe.case.revocation import STAPLE, standings, staples
from probe.case.status import Status
from probe.causes.revocation import evidence
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts import der
from probe.facts.certificate import Certificate, title

CAUSE = Cause(
    title="The certificate demands a stapled answer, and none comes",
    owner=Owner.SERVER,
    actions=("staple-answer",),
    references=("RFC 7633 section 4.2.3", "RFC 6066 section 8"),
)
SHOWN_BY = Shown(
    commands=("openssl s_client -connect {peer} {sni} -status </dev/null", "openssl x509 -in certificate.pem -noout -ext tlsfeature"),
    shows='The second prints "status_request"; the first prints no "Cert Status: good" with a "Next Update" that is still to come.',
)
FEATURE = "1.3.6.1.5.5.7.1.24"
STATUS_REQUEST = {5, 17}
"""The numbers of the TLS extensions status_request and status_request_v2."""


def judge(case: Case) -> Finding | NotObserved | None:
    """The feature is there, the handshake was completed, and no staple with a usable answer came."""
    leaf = case.leaf
    if leaf is None or not demands_staple(leaf):
        return None
    if case.handshake is None or not case.established:
        return NotObserved(why="The certificate demands a stapled answer, but the handshake ended before it could come.")
    demand = Evidence(says=f'"{title(leaf)}" has the extension TLS feature with status_request.', at=case.where(leaf))
    if not staples(case).get(leaf):
        says = "The ClientHello asked for a stapled answer, and none came."
        return _finding(leaf, "none comes", (demand, Evidence(says=says, at=case.pointer(case.handshake))))
    one = next((one for one in standings(case) if one.certificate == leaf), None)
    word = next((said.word for said in one.said if said.source == STAPLE), None) if one else None
    if one is None or word is None or word.status in (Status.GOOD, Status.REVOKED, Status.NOT_ASKED):
        return None
    return _finding(leaf, f"the one that comes cannot be used: {word.text}", (demand, *evidence(one, word.status)))


def demands_staple(certificate: Certificate) -> bool:
    """Whether a certificate has the feature status_request (RFC 7633)."""
    value = next((one.value for one in certificate.read.extensions if one.oid == FEATURE), b"")
    try:
        features = [der.integer(der.content(value, one)) for one in der.children(value, der.whole(value))]
    except ValueError:
        return False
    return bool(STATUS_REQUEST & set(features))


def _finding(leaf: Certificate, what: str, shown: tuple[Evidence, ...]) -> Finding:
    return Finding(
        effect=Effect.RISKS,
        summary=f'The server\'s certificate "{title(leaf)}" demands a stapled OCSP answer, and {what}. GnuTLS refuses it; Java and OpenSSL do not look.',
        about=(leaf,),
        evidence=shown,
        values=(("certificate", f'"{title(leaf)}"'),),
    )
