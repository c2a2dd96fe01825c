"""A public certificate is valid for longer than public authorities may issue.

Public authorities have agreed on how long a certificate may live: 398 days from September 2020 on, 200 since March 2026,
100 from March 2027, 47 from March 2029. What counts is the day of issue. Private CAs are not bound by it and are left
alone here.

Clients say: Chrome "ERR_CERT_VALIDITY_TOO_LONG" beyond 398 days; Java, OpenSSL, curl and Go nothing.
"""

from datetime import timedelta

from probe.case.case import Case
from probe.case.public import NO_LIST, public_list, public_path
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import title
from probe.policies import Limit, limits

CAUSE = Cause(
    title="A public certificate is valid for too long",
    owner=Owner.CA,
    actions=("reissue-shorter",),
    references=("https://github.com/cabforum/servercert/blob/main/docs/BR.md",),
)
SHOWN_BY = Shown(
    commands=("openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -dates",),
    shows="OpenSSL prints both ends of the validity; there are more days between them than were allowed at its beginning.",
)
SECOND = timedelta(seconds=1)


def judge(case: Case) -> Finding | NotObserved | None:
    """The server's certificate lives longer than the rule of its day of issue allows, below a public anchor."""
    if public_list(case) is None:
        return NotObserved(why=NO_LIST)
    path = public_path(case)
    read = path.links[0].certificate.read if path and len(path.links) > 1 else None
    if path is None or read is None or read.not_before is None or read.not_after is None:
        return None
    rules = [one for one in limits() if one.since <= read.not_before.date()]
    # RFC 5280 section 4.1.2.5: both ends belong to the period.
    lives = read.not_after - read.not_before + SECOND
    broken = [one for one in rules if lives > timedelta(days=one.days)]
    if not broken or broken[-1] is not rules[-1]:
        return None
    refusing = next((one for one in broken if one.refused), None)
    leaf = path.links[0].certificate
    days = -(-lives // timedelta(days=1))
    return Finding(
        effect=Effect.RISKS if refusing else Effect.NOTE,
        summary=f'The server\'s certificate "{title(leaf)}" is valid for {days} days, and {_allowed(rules[-1])}.'
        + (f" {refusing.refused} refuse more than {refusing.days} days." if refusing else ""),
        about=(leaf,),
        evidence=(
            Evidence(says=f"It is valid from {read.not_before:%Y-%m-%d %H:%M:%S} to {read.not_after:%Y-%m-%d %H:%M:%S} UTC.", at=case.where(leaf)),
            Evidence(says=f'Its anchor "{title(path.links[-1].certificate)}" is in the list of public authorities.', at=case.where(path.links[-1].certificate)),
        ),
        values=(("certificate", f'"{title(leaf)}"'),),
    )


def _allowed(rule: Limit) -> str:
    return f"public authorities may issue for {rule.days} days since {rule.since:%Y-%m-%d}"
