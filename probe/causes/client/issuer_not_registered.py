"""The client certificate was not signed by the authority that is registered.

Some systems let a device in by the authority that signed its certificate: an authority of one's own, made known there and
proven with a registration code (Siemens Insights Hub, AWS IoT, Azure IoT). It must have signed the certificate itself;
one of an intermediate, of an authority that was made anew under the same name, or of one that was never verified is turned
away, mostly without a word. With the file of the registered authority at hand this is proven by the signature; without it
only what the chain shows can be said.

Clients say: mostly nothing but the end of the connection; "Connection lost", "socket hang up", Mosquitto's client "The
connection was lost"; with MQTT 5 "Not authorized" (135).
"""

import shlex

from probe.case.broker import Took, decisive
from probe.case.case import Case
from probe.case.signature import Signed, signed_by
from probe.causes.checked import about, finding
from probe.causes.loading import own_certificate
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import Certificate, fingerprint, is_self_issued, title

CODE = "client.issuer-not-registered"
CAUSE = Cause(
    title="The client certificate is not of the registered authority",
    owner=Owner.CLIENT,
    actions=("issue-by-registered",),
    references=("RFC 5280 section 6.1", "https://docs.aws.amazon.com/iot/latest/developerguide/register-CA-cert.html"),
    explains=("app.mqtt-refused", "client.rejected", "client.untrusted", "client.chain-incomplete"),
)


def shown_by(case: Case, _finding: Finding) -> Shown:
    """OpenSSL verifies the certificate with the registered authority alone."""
    calling = case.target.calling
    if not case.target.cert:
        return Shown(why_not="The file with the client certificate was not named.")
    if calling is None or not calling.source:
        return Shown(commands=(f"{own_certificate(case)} -noout -issuer",), shows="The issuer is the intermediate, and not the authority that is registered.")
    authority, certificate = (shlex.quote(one).replace("{", "{{").replace("}", "}}") for one in (calling.source, case.target.cert))
    return Shown(
        commands=(f"openssl verify -no-CApath -no-CAstore -partial_chain -CAfile {authority} {certificate}",),
        shows='OpenSSL prints "verification failed".',
    )


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | NotObserved | None:
    """Its signature is not one of the registered authority, or it is one of an intermediate where the profile wants none, or the profile reads an answer so."""
    told = finding(case, CODE) if case.observation.agreement else None
    own = case.client.identity.own if case.client.identity else None
    if isinstance(told, tuple):
        return about(told[0], own)
    call = decisive(case)
    if own is None or (call is not None and call.took is Took.ACCEPTED):
        return None
    calling = case.target.calling
    if calling is not None and calling.registered is not None:
        return _against(case, own, calling.registered, calling.source)
    return _below(case, own)


def _against(case: Case, own: Certificate, registered: Certificate, source: str) -> Finding | None:
    signed = signed_by(own, registered)
    same_name = own.read.issuer and registered.read.subject and own.read.issuer.key == registered.read.subject.key
    if signed is Signed.UNKNOWN or (signed is Signed.GOOD and same_name):
        return None
    if signed is Signed.GOOD:
        how = "it was signed with the key of that authority, but under another name"
    elif same_name:
        how = "its issuer has the same name, but another key signed it: the authority was made anew, or is another one"
    else:
        how = f"it comes from {own.read.issuer.text if own.read.issuer else 'an issuer that cannot be read'}"
    says = f'The registered authority "{title(registered)}" ({source}) did not sign the client certificate "{title(own)}": {how}.'
    return Finding(
        effect=_effect(case),
        summary=f"{says}{_after(case)}",
        about=(own, registered),
        evidence=(
            Evidence(says=f"{says} SHA-256 of the authority: {fingerprint(registered)}", at="/target/calling/registered"),
            *_answer(case),
        ),
        values=(("certificate", f'"{title(own)}"'), ("root", f'"{title(registered)}"')),
    )


def _below(case: Case, own: Certificate) -> Finding | None:
    """Nobody named the registered authority, but the profile wants it to be the issuer itself, and the issuer is an intermediate."""
    agreement, identity = case.observation.agreement, case.client.identity
    if agreement is None or identity is None or not agreement.client_certificate.direct_issuer_only:
        return None
    issuer = next((one for one in identity.certificates if one != own and signed_by(own, one) is Signed.GOOD), None)
    if issuer is None or is_self_issued(issuer):
        return None
    says = (
        f'The client certificate "{title(own)}" was signed by the intermediate "{title(issuer)}", and {agreement.profile} lets in what a registered '
        "authority signed itself; an intermediate is rarely the one that is registered."
    )
    return Finding(
        effect=_effect(case),
        certainty=Certainty.LIKELY,
        summary=f"{says}{_after(case)}",
        about=(own, issuer),
        evidence=(Evidence(says=says, at="/identity"), *_answer(case)),
        values=(("certificate", f'"{title(own)}"'), ("root", "the registered authority")),
    )


def _refused(case: Case) -> bool:
    """Whether the other side turned the client away, in TLS or after CONNECT."""
    call = decisive(case)
    return case.client.accepted is False or (call is not None and call.took in (Took.REFUSED, Took.SILENT))


def _effect(case: Case) -> Effect:
    return Effect.BREAKS if _refused(case) else Effect.RISKS


def _after(case: Case) -> str:
    call = decisive(case)
    if case.client.accepted is False:
        return " The server refuses the certificate."
    if call is not None and call.took is Took.SILENT:
        return " The broker hangs up after CONNECT without a word."
    if call is not None and call.took is Took.REFUSED:
        return " The broker refuses the client."
    return " Whether it is let in shows only after CONNECT, which was not answered or not sent."


def _answer(case: Case) -> tuple[Evidence, ...]:
    call = decisive(case)
    if call is None:
        return ()
    came = f"CONNACK {call.code}" if call.code is not None else f"the connection ended ({call.exchange.ending.how})"
    return (Evidence(says=f"To CONNECT with MQTT {call.version}: {came}.", at=case.pointer(call.exchange)),)
