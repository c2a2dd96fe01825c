"""The client sends no certificate, because the server names other issuers or asks too late.

Servers say which authorities they accept. Java, Go, GnuTLS and NSS choose a certificate by that list and send none when
no issuer in its chain is on it; OpenSSL and curl send what they were given. The list may lack an authority that the
server trusts all the same, or name only a root that the client's key store does not lead to, as its intermediate is not
in it. What one client can do the other then cannot, with the same certificate.

Apache httpd with SSLVerifyClient in a <Location> or <Directory> asks only once it has read the request: in TLS 1.2 by a
second handshake, in TLS 1.3 after the handshake, which a client must have allowed. Java, Go and browsers do not.

Clients say: Java "No X.509 cert selected for EC/RSA" in its debug log, then what it says without a certificate: "Received
fatal alert: bad_certificate", "Broken pipe", nginx's page "400 No required SSL certificate was sent", or Apache's page 403
"Cannot perform Post-Handshake Authentication".
"""

from probe.case.case import Case
from probe.case.client_auth import AFTER, BY_LIST, refusal
from probe.case.identity import Listing
from probe.causes.identity import evidence, of_whom, told
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="Some clients send no certificate to this server",
    owner=Owner.SERVER,
    actions=("name-client-issuer", "complete-client-chain"),
    instead=("ask-in-handshake",),
    references=(
        "RFC 8446 section 4.2.4",
        "RFC 8446 section 4.6.2",
        "RFC 5246 section 7.4.4",
        "https://docs.oracle.com/en/java/javase/17/security/java-secure-socket-extension-jsse-reference-guide.html",
    ),
)
BY_NAMES = Shown(
    commands=("openssl s_client -connect {peer} {sni} </dev/null | sed -n '/client certificate CA names/,/Requested/p'",),
    shows='What stands under "Acceptable client certificate CA names" has not the issuer of the certificate.',
)
LATER = Shown(
    commands=("curl -gksSiv --max-time 10 {url}",),
    shows='Behind its request (the line that begins with "> GET") curl prints that the server sends "Request CERT"; or, when it does not offer to be asked '
    'so late, as Java never does, the page "Cannot perform Post-Handshake Authentication".',
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """How a reader sees why none is sent."""
    return LATER if finding.actions == ("ask-in-handshake",) else BY_NAMES


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The server accepts the certificate that was sent (OpenSSL does so always), and names none of its issuers, or asked for it after the handshake."""
    seen = case.client
    late = tuple(one.name for one in case.stacks if seen.chooses(one) and not seen.sends(one))
    if late and seen.sent and seen.accepted and seen.required:
        return _too_late(case, late)
    choosing = tuple(one.name for one in case.stacks if one.client_certificate == BY_LIST and not seen.insists(one))
    own = seen.identity.own if seen.identity else None
    if own is None or not choosing or not seen.sent or not seen.accepted or seen.listing not in (Listing.NONE, Listing.BEYOND):
        return None
    issuer = own.read.issuer.text if own.read.issuer else "an issuer that cannot be read"
    names = " and ".join(one.title.partition(" (")[0] for one in case.stacks if one.name in choosing)
    verb = "sends" if len(choosing) == 1 else "send"
    beyond = (
        f' Only the intermediate "{title(seen.lacking[0])}", which is not sent, leads to one of them.'
        if seen.listing is Listing.BEYOND and seen.lacking
        else ""
    )
    facts = f'{names} {verb} no certificate: the server names those {of_whom(seen.issuers)}, and "{title(own)}" comes from {issuer}.{beyond}'
    after = {
        True: "Without one the server refuses. A client that sends it unasked, as OpenSSL does, is accepted.",
        False: "The server goes on without one, but does not learn who the client is.",
        None: "Whether the server insists on one was not seen.",
    }[seen.required]
    return Finding(
        effect={True: Effect.BREAKS, False: Effect.NOTE, None: Effect.RISKS}[seen.required],
        certainty=Certainty.PROVEN if seen.required is not None else Certainty.LIKELY,
        summary=f"{facts} {after}",
        about=(own,),
        evidence=evidence(case),
        stacks=case.stopped(choosing),
        values=(("certificate", f'"{title(own)}"'), ("root", issuer)),
        actions=("complete-client-chain", "name-client-issuer") if seen.listing is Listing.BEYOND else ("name-client-issuer",),
    )


def _too_late(case: Case, late: tuple[str, ...]) -> Finding:
    """The server asked after the handshake, which these stacks do not allow: what they meet is what came without the certificate."""
    seen = case.client
    names = " and ".join(one.title.partition(" (")[0] for one in case.stacks if one.name in late)
    refused = refusal(seen.without)
    how = f" ({told(refused)})" if refused else ""
    return Finding(
        effect=Effect.BREAKS,
        summary=f"{names} can send no certificate here: the server asks for it only {AFTER}, for this path, and without one it refuses{how}. "
        "A client that offers to be asked later, as curl does with a certificate, is accepted.",
        about=(seen.identity.own,) if seen.identity and seen.identity.own else (),
        evidence=evidence(case),
        stacks=case.stopped(late),
        actions=("ask-in-handshake",),
    )
