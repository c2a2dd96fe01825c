"""A public certificate comes without proof that it was logged.

Browsers want to see that a public certificate is in a public log (Certificate Transparency). The proof, signed timestamps
called SCTs, usually lies in the certificate itself; a server can also send it in a stapled OCSP response or in the TLS
handshake. The last of these is not asked for by this check, so that it cannot be ruled out. Certificates of private CAs
are not logged and need no proof.

Clients say: Chrome "ERR_CERTIFICATE_TRANSPARENCY_REQUIRED", Firefox from version 135 on
"MOZILLA_PKIX_ERROR_INSUFFICIENT_CERTIFICATE_TRANSPARENCY"; Java, OpenSSL, curl and Go nothing.
"""

from datetime import UTC, datetime

from probe.case.case import Case
from probe.case.public import NO_LIST, public_list, public_path
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="A public certificate has no proof of logging",
    owner=Owner.CA,
    actions=("reissue-logged",),
    references=("RFC 6962 section 3.3", "https://googlechrome.github.io/CertificateTransparency/ct_policy.html"),
)
SHOWN_BY = Shown(
    commands=("openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -ext ct_precert_scts",),
    shows="OpenSSL prints no timestamps of a log; it prints all that a certificate has.",
)
TIMESTAMPS = "1.3.6.1.4.1.11129.2.4.2"
STAPLED = bytes.fromhex("060a2b06010401d679020405")
"""The OID of timestamps in an OCSP response (RFC 6962 section 3.3), encoded."""
EXTENSION = 18
"""signed_certificate_timestamp (RFC 6962 section 3.3.1): a server may send it only to a client that offers it."""
REQUIRED_SINCE = datetime(2018, 4, 30, 23, 59, 59, tzinfo=UTC)
"""Chrome asks for timestamps in what was issued after that day."""


def judge(case: Case) -> Finding | NotObserved | None:
    """A public anchor, and no timestamps in the certificate or in the stapled response; likely only, if the handshake did not ask for the third way."""
    if public_list(case) is None:
        return NotObserved(why=NO_LIST)
    path, one = public_path(case), case.chain_handshake
    if path is None or one is None or len(path.links) < 2:
        return None
    leaf = path.links[0].certificate
    if leaf.read.not_before is None or leaf.read.not_before <= REQUIRED_SINCE or any(found.oid == TIMESTAMPS for found in leaf.read.extensions):
        return None
    if STAPLED in one.staple:
        return None
    offered = case.hello is not None and case.hello.offered is not None and EXTENSION in case.hello.offered.extensions
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.PROVEN if offered else Certainty.LIKELY,
        summary=f'The public certificate "{title(leaf)}" has no timestamps of a transparency log. Browsers refuse that; Java, OpenSSL and curl do not look.',
        about=(leaf,),
        evidence=(
            Evidence(says="The certificate has no extension with timestamps, and no stapled response has any.", at=case.where(leaf)),
            Evidence(
                says=f'Its anchor "{title(path.links[-1].certificate)}" is in the list of public authorities. Timestamps in the handshake were not asked for.',
                at=case.where(path.links[-1].certificate),
            ),
        ),
        values=(("certificate", f'"{title(leaf)}"'),),
    )
