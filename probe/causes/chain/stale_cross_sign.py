"""A cross-certificate among those sent leads some clients down a dead path.

One issuer can have several certificates for the same name and key, each signed by another CA: cross-certificates. When
one of them has expired, or leads to a root that is no longer trusted, clients that find the other one go on working, and
clients that take the first that fits fail. Which do what was measured: Java and Go search on, OpenSSL and all that is
built on it take the first one sent as long as it has not expired, GnuTLS takes the first one always, and NSS is led
astray by one that comes second.

Clients say: OpenSSL and curl "unable to get local issuer certificate" (error 20), old OpenSSL 1.0.2 and GnuTLS
"certificate has expired", NSS "SEC_ERROR_UNKNOWN_ISSUER".
"""

from probe.case.case import Case
from probe.case.path import Path, Why
from probe.causes.shown import Shown, openssl_says
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.noun import noun

CAUSE = Cause(
    title="A cross-certificate leads to a dead end",
    owner=Owner.SERVER,
    actions=("drop-cross-certificate",),
    references=("RFC 4158 section 2.4", "RFC 5280 section 3.2"),
    explains=("chain.expired", "chain.not-yet-valid", "chain.root-untrusted", "chain.issuer-unknown", "chain.intermediate-missing"),
)
DEAD = (Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.NOT_PRESENTED, Why.EXPIRED, Why.NOT_YET_VALID)


@noun
class Twins:
    """A certificate that leads nowhere, another one for the same name and key that leads to the trust store, and why the first does not."""

    stale: Certificate
    good: Certificate
    why: str


def shown_by(_case: Case, finding: Finding) -> Shown:
    """Let OpenSSL fail by itself, or show both certificates where it does not."""
    if finding.effect is Effect.BREAKS:
        return openssl_says("unable to get local issuer certificate", "unable to get issuer certificate", "certificate has expired")
    return Shown(
        commands=("openssl s_client -connect {peer} {sni} </dev/null",),
        shows="In the list of certificates one has the subject (s:) of another, or of a trusted root, and another issuer (i:): that one leads nowhere.",
    )


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Two certificates for one issuer's name and key are known, one of them sent and without a way to the trust store."""
    if case.paths.truncated or len(case.presented) < 2:
        return None
    twins = _twins(case)
    misled = tuple(
        (one, verdict.stack)
        for verdict in case.verdicts
        if verdict.accepts is False and verdict.path
        for one in twins
        if one.stale in {link.certificate for link in verdict.path.links} and any(objection.why in DEAD for objection in verdict.objections)
    )
    if misled:
        stacks = tuple(dict.fromkeys(stack for _, stack in misled))
        return _finding(case, tuple(dict.fromkeys(one for one, _ in misled)), Effect.BREAKS, f"{_titles(case, stacks)} cannot get any further there.", stacks)
    if not twins or not case.verdicts or not any(one.accepts for one in case.verdicts):
        return None
    for one in twins:
        if says := _others(case, one):
            return _finding(case, (one,), Effect.RISKS, says)
    late = tuple(one for one in twins if _over(case, one.stale))
    return _finding(case, late, Effect.NOTE, "Only very old clients (OpenSSL 1.0.2, GnuTLS before 3.6.14) follow it.") if late else None


def _finding(case: Case, twins: tuple[Twins, ...], effect: Effect, says: str, stacks: tuple[str, ...] = ()) -> Finding:
    about = tuple(dict.fromkeys(one.stale for one in twins))
    first = twins[0]
    issuer = first.stale.read.issuer
    return Finding(
        effect=effect,
        summary=f'The server sends a certificate of "{title(first.stale)}" that {first.why}; '
        f"another one of the same name and key leads to the trust store. {says}",
        about=about,
        evidence=(
            Evidence(
                says=f'Number {case.presented.index(first.stale) + 1}, "{title(first.stale)}", issued by {issuer.text if issuer else "nobody"}, {first.why}.',
                at=case.where(first.stale),
            ),
            Evidence(says=f'Another certificate of "{title(first.good)}" has the same key and is on a sound path.', at=case.where(first.good)),
        ),
        stacks=case.stopped(stacks) if effect is Effect.BREAKS else (),
        values=(("certificate", f'"{title(first.stale)}", issued by {issuer.text if issuer else "nobody"}'),),
    )


def _twins(case: Case) -> tuple[Twins, ...]:
    """For each sent certificate that is on no sound path: one on a sound path with the same name and key."""
    sound = tuple(path for path in case.paths.paths if _sound(path))
    alive = {link.certificate for path in sound for link in path.links}
    found = []
    for stale in case.presented[1:]:
        if stale in alive or is_self_issued(stale):
            continue
        good = next((one for one in alive if one != case.leaf and _same(one, stale)), None)
        if good and (why := _why(case, stale)):
            found.append(Twins(stale=stale, good=good, why=why))
    return tuple(dict.fromkeys(found))


def _sound(path: Path) -> bool:
    """Whether a path ends in the trust store with nothing that leads to a dead end."""
    return path.links[-1].anchor and not any(one.why in DEAD and not path.links[one.at].anchor for one in path.objections)


def _same(one: Certificate, other: Certificate) -> bool:
    mine, its = one.read, other.read
    return mine.subject is not None and its.subject is not None and mine.subject.key == its.subject.key and mine.key is not None and mine.key == its.key


def _why(case: Case, stale: Certificate) -> str:
    """Why it leads nowhere, as the end of a sentence."""
    end = stale.read.not_after
    if end and end < case.at:
        return f"expired on {end:%Y-%m-%d}"
    paths = [path for path in case.paths.paths if any(link.certificate == stale for link in path.links)]
    if any(one.why in DEAD for path in paths for one in path.objections):
        return "leads to a root that is not trusted"
    return ""


def _over(case: Case, one: Certificate) -> bool:
    return one.read.not_after is not None and one.read.not_after < case.at


def _others(case: Case, one: Twins) -> str:
    """Which clients that do not vote here are known to fail: measured with two intermediates of one name and key, both sent."""
    if one.good not in case.presented or is_self_issued(one.good):
        return ""
    first = case.presented.index(one.stale) < case.presented.index(one.good)
    if first:
        return "GnuTLS takes the first of the two and refuses."
    return "" if _over(case, one.stale) else "Programs that verify with NSS take this one and refuse."


def _titles(case: Case, stacks: tuple[str, ...]) -> str:
    return " and ".join(one.title.partition(" (")[0] for one in case.stacks if one.name in stacks)
