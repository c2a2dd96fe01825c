"""The client certificate is not made for clients.

Its extended key usage lacks clientAuth, as that of a server's certificate, or its key usage rules out signing. Public
authorities have stopped to issue certificates for both, so that a renewed one may lack what its predecessor had. Some systems
want the certificate of the own server as a file besides: it serves them to recognize that server, and not as a client
certificate. Where a profile says so, such a one is not even sent.

Clients say: OpenSSL "alert unsupported certificate" (43), Go "remote error: tls: bad certificate", Java "Received fatal
alert: certificate_unknown", curl "400 The SSL certificate error".
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.client_rules import like_a_servers
from probe.case.identity import Flaw
from probe.causes.flawed_identity import flawed
from probe.causes.identity import EXPLAINS
from probe.causes.loading import own_certificate
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The client certificate is not made for clients",
    owner=Owner.CLIENT,
    actions=("reissue-client-certificate",),
    instead=("use-calling-certificate",),
    references=("RFC 5280 section 4.2.1.12", "RFC 5280 section 4.2.1.3"),
    explains=EXPLAINS,
)
REFUSED = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "unsupported certificate", a page that speaks of the certificate, or an empty reply.',
)


def shown_by(case: Case, _finding: Finding) -> Shown:
    """What the server says; where a profile is what speaks against it, the names and purposes in the certificate."""
    if not case.client.serving and not like_a_servers(case.observation.agreement, case.client.identity):
        return REFUSED
    return Shown(commands=(f"{own_certificate(case)} -noout -ext extendedKeyUsage,subjectAltName",), shows="The names are those of a server.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The extended or the plain key usage rules out a TLS client, or it is the certificate of an own server where a profile refuses that."""
    found = flawed(case, Flaw.EKU)
    if found and case.client.serving:
        return replace(found, actions=("use-calling-certificate",))
    return found or _perhaps(case)


def _perhaps(case: Case) -> Finding | None:
    """Nothing rules it out, but it looks like the certificate of a server: a hint where the profile refuses those."""
    identity = case.client.identity
    hint = like_a_servers(case.observation.agreement, identity)
    if not hint or identity is None or identity.own is None:
        return None
    asked = case.client.requested and case.client.accepted is not True
    return Finding(
        effect=Effect.RISKS if asked else Effect.NOTE,
        certainty=Certainty.POSSIBLE,
        summary=hint if case.client.accepted is not True else f"{hint} This server accepts it all the same.",
        about=(identity.own,),
        evidence=(Evidence(says=hint, at="/identity"),),
        values=(("certificate", f'"{title(identity.own)}"'),),
    )
