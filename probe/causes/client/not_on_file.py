"""The application does not link this client certificate with this identifier.

The front end accepted the certificate, and the application then looks up whose it is. Three readings, the most frequent
first: the identifier in the request is not the one that the certificate belongs to (another separator is another
identifier); the certificate is not the one that the other side has on file (renewed, or of the other environment); rarely,
it has expired. What such an answer looks like is said by the profile of the system.

Clients say: what the application says, such as "Unauthorized Access" with HTTP 401; in eRoaming the code 017.
"""

from dataclasses import replace

from probe.case.case import Case
from probe.causes.checked import about, finding, shown
from probe.causes.on_file import relation, same_key
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import fingerprint, title
from probe.facts.profile import Agreement, Check
from probe.profiles.templates import used

CAUSE = Cause(
    title="The client certificate is not on file for this identifier",
    owner=Owner.CLIENT,
    actions=("correct-identifier", "register-certificate"),
    references=("RFC 9110 section 15.5.2",),
    explains=("client.required", "client.rejected", "client.untrusted", "app.http-status"),
)
SHOWN_BY = shown


def judge(case: Case) -> Finding | NotObserved | None:
    """A check of the profile was answered as the profile says of certificates that are not on file."""
    found = finding(case, "client.not-on-file")
    if not isinstance(found, tuple):
        return _other(case) or found
    told, met = found
    identity = case.observation.identity
    own = identity.own if identity else None
    readings = tuple(f"({number}) {one}" for number, one in enumerate(_readings(case, met.check), 1))
    return replace(
        about(told, own),
        summary=f"{told.summary} Readings, the most frequent first: {' '.join(readings)}",
        evidence=(*told.evidence, *_on_file(case)),
        alternatives=(("app.unknown-identity", "The identifier in the request may be another one than the certificate's; then the certificate is fine."),),
    )


def _other(case: Case) -> Finding | None:
    """The certificate on file is not the one that is used: no fault of TLS, but many systems look the one that comes up in what they have."""
    identity, filed = case.observation.identity, case.target.on_file
    own = identity.own if identity else None
    if identity is None or own is None or filed is None or filed.certificate == own:
        return None
    renewed = same_key(identity, filed)
    rest = "A server that compares keys accepts it, one that compares certificates does not." if renewed else "A server that compares them refuses it."
    return Finding(
        effect=Effect.RISKS if case.client.requested else Effect.NOTE,
        summary=f"{relation(identity, filed)} {rest}",
        about=(own,),
        evidence=_on_file(case),
        values=(("certificate", f'"{title(own)}"'),),
        actions=("register-certificate",),
    )


def _readings(case: Case, check: Check) -> tuple[str, ...]:
    agreement, identity = case.observation.agreement, case.observation.identity
    named = " or ".join(_identifiers(agreement, check)) if agreement else ""
    own = identity.own if identity else None
    first = f"The identifier {named or 'in the request'} is not this certificate's, to the letter."
    if own is None:
        return (first, "No client certificate was sent at all: none was named (--cert).")
    if not case.client.sent:
        return (first, f'The client certificate "{title(own)}" was not sent.')
    filed = f'"{title(own)}" is not the certificate that the other side has on file.'
    ends = own.read.not_after
    expired = "The certificate has expired"
    if ends is not None:
        expired += f": it ended on {ends:%Y-%m-%d}" if ends < case.at else f"; this one has not, it ends on {ends:%Y-%m-%d}"
    return (first, filed, f"{expired}.")


def _identifiers(agreement: Agreement, check: Check) -> tuple[str, ...]:
    """The values of variables that the request names."""
    sent = f"{check.request.path} {check.request.json} {check.request.body}"
    return tuple(value for _, value in agreement.variables if value and value in sent and not used(value))


def _on_file(case: Case) -> tuple[Evidence, ...]:
    filed, identity = case.target.on_file, case.observation.identity
    own = identity.own if identity else None
    if filed is None or own is None:
        return ()
    same = filed.certificate == own
    says = "is the one that was used" if same else f"is another one: {fingerprint(filed.certificate)}, used was {fingerprint(own)}"
    return (Evidence(says=f"The certificate in {filed.source} (--on-file) {says}.", at="/target/on_file"),)
