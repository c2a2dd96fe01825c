"""The client certificate was issued for another environment.

Test and production of one system may issue client certificates from authorities of their own, and some partners have two
certificates for two purposes that look alike. With that of the other one, the server refuses, or its application does not
know whose it is. The marks in the profile tell the issuers apart; a certificate with marks that were verified is named
and not even sent, unless --send-anyway is given.

Clients say: "400 The SSL certificate error", "unknown ca" (48), or what the application says, such as 017 in eRoaming.
"""

from probe.case.case import Case
from probe.case.checked import of as outcomes
from probe.case.environments import of_identity, titled
from probe.causes.environment import certainty, effect, evidence, named
from probe.causes.loading import own_certificate
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The client certificate is for another environment",
    owner=Owner.CLIENT,
    actions=("use-environment-certificate",),
    references=("RFC 5280 section 4.1.2.4",),
    explains=("client.required", "client.untrusted", "client.rejected", "client.not-sent", "client.not-on-file", "app.unknown-identity", "app.http-status"),
)


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Print who issued the certificate in the user's own file."""
    return Shown(commands=(f"{own_certificate(case)} -noout -subject -issuer",), shows="The issuer is one of the other environment.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The issuers of the client certificate carry marks of another environment and none of this one."""
    identity = case.observation.identity
    met = of_identity(case.observation.agreement, identity)
    own = identity.own if identity else None
    if met is None or own is None:
        return None
    held = "" if case.client.sent else " It was not sent."
    # Whom the server lets in all the same is at most at risk: marks may be wrong.
    works = case.client.accepted is True and not any(one.row is not None and one.row.cause for one in outcomes(case))
    return Finding(
        effect=Effect.RISKS if works else effect(met),
        certainty=Certainty.POSSIBLE if works else certainty(met),
        summary=f'The client certificate "{title(own)}" is for {titled(met.met)}: {named(met)}. Meant is {titled(met.meant)} (--env {met.meant.name}).{held}',
        about=(own,),
        evidence=evidence(met, "/identity"),
        values=(("good", titled(met.meant)), ("certificate", f'"{title(own)}"')),
    )
