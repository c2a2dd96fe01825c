"""A certificate of the chain has been revoked by its issuer.

An authority takes a certificate back before its end when the key was lost, when it was issued in error, or when its
owner asks for it. It says so in an OCSP answer or in a revocation list. Clients differ: browsers look, Java and OpenSSL
do so only when they are told to. A revoked certificate is never good again; only one "on hold" may be.

Clients say: OpenSSL with -crl_check "certificate revoked" (error 23), Java with com.sun.net.ssl.checkRevocation
"CertPathValidatorException: Certificate has been revoked, reason: KEY_COMPROMISE, revocation date: ...", curl with
--crlfile "(60) SSL certificate problem: certificate revoked", Chrome "ERR_CERT_REVOKED".
"""

from probe.case.case import Case
from probe.case.revocation import OFF, STAPLE, Standing, by_itself, standings
from probe.case.status import Status
from probe.causes.revocation import BY_LIST, evidence, role, speaking
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Finding, NotObserved, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="A certificate has been revoked",
    owner=Owner.SERVER,
    actions=("replace-revoked",),
    references=("RFC 5280 section 5.3.1", "RFC 6960 section 2.2", "RFC 6066 section 8"),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """The same question put by OpenSSL: to the staple, to the responder, or by means of the list."""
    one = next((one for one in standings(case) if one.status is Status.REVOKED), None)
    source = next((said.source for said in one.said if said.word.status is Status.REVOKED), "") if one else ""
    if source == STAPLE:
        return Shown(commands=("openssl s_client -connect {peer} {sni} -status </dev/null",), shows='OpenSSL prints "Cert Status: revoked".')
    if source == "crl":
        return Shown(commands=(BY_LIST,), shows='OpenSSL reads the list and prints "certificate revoked".')
    ask = 'openssl ocsp -issuer issuer.pem -cert certificate.pem -noverify -url "$(openssl x509 -in certificate.pem -noout -ocsp_uri | grep -m 1 ^http:)"'
    return Shown(commands=(ask,), shows='OpenSSL prints "certificate.pem: revoked".')


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | NotObserved | None:
    """A staple, an OCSP answer or a list that counts says so. Without ``--revocation`` only the staple is looked at, and it is no more than a note."""
    each = standings(case)
    revoked = tuple(one for one in each if one.status is Status.REVOKED)
    if not revoked:
        return _not_observed(case, each)
    off = case.target.revocation == OFF
    ends = " Revocation was not asked for; the server itself says so in the answer that it staples." if off else ""
    return Finding(
        effect=Effect.NOTE if off else Effect.BREAKS,
        summary=" ".join(_sentence(case, one) for one in revoked) + ends,
        about=tuple(one.certificate for one in revoked),
        evidence=tuple(one for standing in revoked for one in evidence(standing, Status.REVOKED)),
        values=(("certificate", f'"{title(revoked[0].certificate)}"'),),
    )


def _sentence(case: Case, one: Standing) -> str:
    word = speaking(one, Status.REVOKED).word
    when = f" on {word.revoked_at:%Y-%m-%d %H:%M} UTC" if word.revoked_at else ""
    why = f" ({word.reason})" if word.reason else ""
    return f'{role(case, one)} was revoked by "{title(one.issuer)}"{when}{why}.'


def _not_observed(case: Case, each: tuple[Standing, ...]) -> NotObserved | None:
    if case.target.revocation == OFF:
        return NotObserved(why="Revocation was not looked at (--revocation off).")
    if not each and by_itself(case):
        return None
    if not each:
        return NotObserved(why="There is no path to a trusted certificate on which to look for revoked ones.")
    unknown = tuple(one for one in each if one.status is not Status.GOOD)
    if not unknown:
        return None
    return NotObserved(why=" ".join(f"{role(case, one)}: {one.why}." for one in unknown))
