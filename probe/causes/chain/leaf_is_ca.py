"""The server's own certificate says that it is a CA.

With CA:TRUE in its basic constraints a server's certificate could issue further ones. Java, OpenSSL, curl, Node, Go and
GnuTLS do not mind; NSS and verifiers that follow the rules of the public web refuse it. Home-made certificates come so
when the options for a CA were used for the server too.

Clients say: NSS "SEC_ERROR_INADEQUATE_CERT_TYPE", Firefox "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY"; Java,
OpenSSL and Go nothing.
"""

from probe.case.build import end_entity
from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import is_self_issued, title

CAUSE = Cause(
    title="The server's certificate is a CA certificate",
    owner=Owner.CA,
    actions=("reissue",),
    references=("RFC 5280 section 4.2.1.9",),
)
SHOWN_BY = Shown(
    commands=("openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -subject -ext basicConstraints",),
    shows="OpenSSL prints CA:TRUE for the server's own certificate.",
)


def judge(case: Case) -> Finding | None:
    """CA:TRUE in the end-entity certificate. Not one that signed itself: it has to be trusted by itself anyway, and all but one verifier take it."""
    leaf = case.leaf
    if leaf is None or not leaf.read.is_ca or is_self_issued(leaf) or end_entity(case.presented, case.target.name):
        return None
    return Finding(
        effect=Effect.RISKS,
        summary=f'The server\'s certificate "{title(leaf)}" says that it is a CA. NSS, Firefox and strict verifiers of the public web refuse that.',
        about=(leaf,),
        evidence=(Evidence(says=f'The basic constraints of "{title(leaf)}" are CA:TRUE.', at=case.where(leaf)),),
        values=(("certificate", f'"{title(leaf)}"'),),
    )
